"""Commands of a call and their answers: an endpoint gives the content, its route the status."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple, TypeVar
from uuid import UUID

from pydantic_core import from_json, to_json
from starlette.responses import Response

from api.http.call import Call
from application.context import Caller
from application.entity import Entity
from application.ledger import Handler, Respond
from application.ports import Answer

C = TypeVar("C")
Header = tuple[str, str]

# An entity tag may hold any visible character, commas too.
_ELEMENT = re.compile(r'[ \t]*(?:(W/)?"([!#-~\x80-\xff]*)"[ \t]*)?(?:,|\Z)')


class Content(NamedTuple):
    """The JSON and the headers of an answer. `withheld` is that of `application.ports.Answer`."""

    body: str | bytes = ""
    headers: Iterable[Header] = ()
    withheld: tuple[tuple[str, UUID], ...] = ()


class JsonResponse(Response):
    """A body that is JSON already, and headers that needn't be searched for what they lack."""

    def __init__(self, body: str | bytes, status: int, headers: Iterable[Header] = ()):
        self.status_code = status
        self.background = None
        self.body = body if isinstance(body, bytes) else body.encode()
        self.raw_headers = [
            (b"content-length", b"%d" % len(self.body)),
            (b"content-type", b"application/json"),
            *((name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers),
        ]


def record(body: str | bytes, position: int, location: str | None = None) -> Content:
    """One record, tagged with the position of the last event that changed what is shown.
    `location` is the address of one that the request made."""
    tag = ("ETag", f'"{position}"')
    return Content(body, (tag,) if location is None else (("Location", location), tag))


def no_content(_: Entity) -> Content:
    return Content()


async def carry_out(
    call: Call,
    handler: Handler[C],
    command: C,
    content: Callable[[Entity], Content] = no_content,
) -> Answer:
    """Carry out a command for the caller. The content is made of the command's entity after it."""
    ledger = call.services.system.ledger
    return await ledger.carry_out(caller_of(call), handler, command, answering(call, content))


def caller_of(call: Call) -> Caller:
    """The caller for the ledger, with the conditions of the request's headers."""
    return Caller(
        call.principal,
        call.contract,
        call.scope["kith.request_id"],
        key=call.key,
        if_match=_positions(tags_to_match(call)),
        unanswered=call.unanswered,
    )


def _positions(tags: tuple[str, ...] | None) -> frozenset[int] | None:
    """The positions that tags of ours begin with: each that of the last event of the record. Other
    tags have none, and match nothing."""
    if tags is None:
        return None
    positions = (tag.split("-")[0] for tag in tags)
    return frozenset(int(each) for each in positions if each.isdecimal() and len(each) < 19)


def tags_to_match(call: Call) -> tuple[str, ...] | None:
    """The entity tags of `If-Match`, None if the record may have any version."""
    given = call.headers.getlist("if-match")
    return _entity_tags(",".join(given)) if given else None


def _entity_tags(header: str) -> tuple[str, ...] | None:
    """The entity tags of an If-Match (RFC 9110, section 13.1.1) without their quotes, None for `*`.

    By the RFC a weak tag never matches; a single one is taken all the same, because proxies that
    compress an answer weaken its tag. A malformed header matches nothing.
    """
    header = header.strip()
    if header == "*":
        return None
    if "," not in header:
        return (header.removeprefix("W/").strip('"'),)
    tags, at = [], 0
    while at < len(header):
        element = _ELEMENT.match(header, at)
        if element is None:
            return ()
        weak, tag = element.groups()
        if tag is not None and not weak:
            tags.append(tag)
        at = element.end()
    return tuple(tags)


def answering(call: Call, content: Callable[[Entity], Content]) -> Respond:
    """Makes the answer of the call's route of the content of an entity."""
    return lambda entity: answer(call, content(entity))


def answer(call: Call, content: Content) -> Answer:
    """The answer of the call's route with this content."""
    body, headers, withheld = content
    text = body if isinstance(body, str) else body.decode()
    return Answer(call.status, tuple(headers), text, withheld)


async def response_of(call: Call, kept: Answer) -> Response:
    """The response to a command, the first time as every time.

    Withheld members are put in. One that has been forgotten, because its record has ended, is left
    as it is kept: null, or as much as isn't confidential.
    """
    if kept.status == 204:
        return Response(None, 204, dict(kept.headers))
    if kept.withheld:
        ids = [identity for _, identity in kept.withheld]
        known = await call.services.confidential.known(call.tenant, ids)
        body = from_json(kept.body)
        body |= {name: known[identity] for name, identity in kept.withheld if identity in known}
        kept = replace(kept, body=to_json(body).decode())
    return JsonResponse(kept.body, kept.status, kept.headers)
