"""The event stream over HTTP: in batches, and as server-sent events."""

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
from infrastructure.publishing.event_redaction import RestrictedEvent
from infrastructure.publishing.tenant_feed import Beyond, EventQuery

router = ContractRouter(TRACKING, "Events")
reading = needs("view_contacts") | OPENS

AUDIT = "audit"
"""The permission to see the content of deleted interactions."""

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
    opened, audits = call.open_tags, call.principal.may(AUDIT)
    base_url = call.services.settings.base_url
    after = position_of(query.after, "query", "after") or 0
    wanted = EventQuery(call.tenant, after, types_of(call), subject_of(query.subject), query.limit)

    def tell(one: RestrictedEvent) -> bytes:
        hidden, withheld = one.hidden_without(opened), one.deleted and not audits
        return cloud_event(one.recorded, hidden=hidden, base_url=base_url, withheld=withheld).json()

    try:
        page = await call.services.tenant_feed.told(wanted, tell)
    except Beyond:
        raise bad_position("query", "after") from None
    except Halted:
        raise Unavailable("The next event can't be told now.") from None
    following = links(call, next={"after": page.last})
    return Response(b"[" + b",".join(page.events) + b"]", 200, dict(following), BATCH)


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
