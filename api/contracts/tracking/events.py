"""The event stream over HTTP: in batches, and as server-sent events."""

import asyncio
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.event_schemas import (
    POSITION,
    EventShown,
    FeedQuery,
    StreamQuery,
    bad_position,
    position_of,
    subject_of,
    types_of,
)
from api.http.call import Call
from api.http.event_stream import EventStreamResponse
from api.http.paging import links
from api.http.problem import Problem, Refused
from api.http.query import OPENS
from api.http.route import needs
from api.http.router import ContractRouter
from api.streams.source import StreamFilter
from api.streams.streams import TooMany
from application.errors import Unavailable
from infrastructure.identity.errors import IdentityUnavailable, InvalidToken
from infrastructure.identity.verifier import LEEWAY
from infrastructure.log.events import Halted
from infrastructure.publishing.cloud_events import BATCH, cloud_event
from infrastructure.publishing.tenant_feed import Beyond, EventPage, EventQuery

router = ContractRouter(TRACKING, "Events")
reading = needs("view_contacts") | OPENS

AUDIT = "audit"
"""The permission to see the content of deleted interactions."""

AT_ONCE = 100
"""Events put into words before others have their turn; about two milliseconds."""

LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": POSITION,
    "description": "The id of the last event that was received; it goes before `after`.",
}
EVENT = "#/components/schemas/EventShown"
EVENTS: dict[str, Any] = {
    "description": "CloudEvents in the order of their positions. `Link` says where to go on.",
    "content": {BATCH: {"schema": {"type": "array", "items": {"$ref": EVENT}}}},
}
FRAMES: dict[str, Any] = {
    "description": "Frames with `id` (the position), `event` (the type) and `data` (a CloudEvent, "
    "in one line). A frame without data only moves the position.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@router.on(
    "GET /api/events",
    reading,
    list[EventShown],
    errors=(400, 422),
    documented={200: EVENTS},
    response_class=Response,
)
async def feed(call: Call, query: Annotated[FeedQuery, Query()]) -> Response:
    """The tenant's events in order, as a CloudEvents batch; an empty one is the end for now"""
    opened = call.open_tags
    after = position_of(query.after, "query", "after") or 0
    wanted = EventQuery(call.tenant, after, types_of(call), subject_of(query.subject), query.limit)
    try:
        page = await _page(call, wanted)
    except Beyond:
        raise bad_position("query", "after") from None
    except Halted:
        raise Unavailable("The next event can't be told now.") from None
    base_url, audits, events = call.services.settings.base_url, call.principal.may(AUDIT), []
    for number, one in enumerate(page.events, 1):
        hidden, withheld = one.hidden_without(opened), one.deleted and not audits
        event = cloud_event(one.recorded, hidden=hidden, base_url=base_url, withheld=withheld)
        events.append(event.json())
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    following = links(call, next={"after": page.last})
    return Response(b"[" + b",".join(events) + b"]", 200, dict(following), BATCH)


async def _page(call: Call, wanted: EventQuery) -> EventPage:
    """The next page with an event in it; an empty one at the end of the log."""
    while True:
        page = await call.services.tenant_feed.page(wanted)
        if page.events or not page.more:
            return page
        wanted = wanted._replace(after=page.last)


@router.on(
    "GET /api/events/stream",
    reading | {"parameters": [*OPENS["parameters"], LAST_EVENT_ID]},
    errors=(400, 422),
    documented={200: FRAMES},
    response_class=Response,
)
async def stream(call: Call, query: Annotated[StreamQuery, Query()]) -> Response:
    """The tenant's events as they happen, from now on or after a position, without end"""
    wanted = StreamFilter(
        call.tenant,
        types_of(call),
        subject_of(query.subject),
        frozenset(call.open_tags),
        audits=call.principal.may(AUDIT),
    )
    last = call.headers.get("last-event-id")
    where = ("query", "after") if last is None else ("header", "Last-Event-ID")
    after = position_of(query.after if last is None else last, *where)
    try:
        opened = await call.services.streams.open(
            wanted,
            after,
            until=call.principal.expires_at + LEEWAY,
            still_valid=lambda: _still_valid(call),
        )
    except Beyond:
        raise bad_position(*where) from None
    except TooMany:
        detail = "There are too many streams here; try again in a while."
        retry = (("Retry-After", "5"),)
        raise Refused(Problem(503, "too_many_streams", detail, headers=retry)) from None
    return EventStreamResponse(opened)


async def _still_valid(call: Call) -> bool:
    try:
        await call.services.verifier.verify(call.headers.get("authorization"))
    except InvalidToken:
        return False
    except IdentityUnavailable:
        return True  # it was, and only the identity provider could tell otherwise
    return True
