"""Bounds of the requests that a client sends ahead of their answers (RFC 9112, 9.3.2)."""

from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

PIPELINED = 32
"""Requests that a connection may send ahead of their answers."""

AHEAD_FIELDS = 400
"""Header fields of the requests that wait for the answers before theirs."""

AHEAD_BYTES = 64 * 1024
"""Bytes of those requests: their heads, and their bodies but the last."""

Fields = Sequence[tuple[bytes, bytes]]


def check_ahead(waiting: Sequence[RequestResponseCycle], fields: Fields, url: bytes) -> None:
    """Raises ValueError if a request with these header fields may not wait behind the others."""
    if len(waiting) >= PIPELINED:
        raise ValueError("too many requests ahead of their answers")
    heads = [fields, *(list(request.scope["headers"]) for request in waiting)]
    if sum(len(head) for head in heads) > AHEAD_FIELDS:
        raise ValueError("too many header fields ahead of their answers")
    size = len(url) + sum(len(name) + len(value) for head in heads for name, value in head)
    size += sum(
        len(request.body) + len(request.scope["raw_path"]) + len(request.scope["query_string"])
        for request in waiting
    )
    if size > AHEAD_BYTES:
        raise ValueError("too many bytes ahead of their answers")
