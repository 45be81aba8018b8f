"""A page that is too large for one piece: sent as its client takes it.

A page by number has as many records as its request asks for, whatever their size. No more of them
than a piece is in memory: the next is read once the client has taken the one before, and nothing of
the database is held meanwhile.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.answers import Content, Header
from api.http.call import Call
from projections.paging import Page

R = TypeVar("R")

Shown = Callable[[Sequence[R]], Awaitable[str]]
"""The JSON of records, separated by commas."""

Rest = Callable[[Sequence[UUID]], Awaitable[Page[R]]]
"""The rest of a page, by its ids."""


def elements(records: Sequence[object]) -> str:
    """The JSON of records, separated by commas."""
    return to_json(records)[1:-1].decode()


async def array(
    call: Call,
    page: Page[R],
    shown: Shown[R],
    rest: Rest[R],
    *,
    begin: str = "[",
    end: str = "]",
    headers: Iterable[Header] = (),
) -> Content | Response:
    """The answer with the records of a page, in an array between `begin` and `end`."""
    first = begin + await shown(page.records)
    if not page.rest:
        return Content(first + end, headers)
    return PieceByPiece(_pieces([first], page.rest, shown, rest, end), call.status, headers)


async def _pieces(
    made: list[str], ids: Sequence[UUID], shown: Shown[R], rest: Rest[R], end: str
) -> AsyncIterator[bytes]:
    while ids:
        if made:
            yield made.pop().encode()  # nothing of it is kept while the client takes it
        page = await rest(ids)
        if page.records:
            made.append("," + await shown(page.records))
        ids = page.rest
        del page
    made.append(end)
    yield "".join(made).encode()


class PieceByPiece(Response):
    """An answer of JSON in pieces."""

    def __init__(self, pieces: AsyncIterator[bytes], status: int, headers: Iterable[Header]):
        super().__init__(None, status, dict(headers), "application/json")
        del self.headers["content-length"]
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["kith.answered"] = time.perf_counter()  # the client's time doesn't count as latency
        start = {"type": "http.response.start", "status": self.status_code}
        await send(start | {"headers": self.raw_headers})
        async for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            del piece
            # Waits until the client has taken the piece, but for what sockets hold.
            await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b""})
