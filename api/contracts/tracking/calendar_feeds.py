"""Calendar feeds: a secret address at which any calendar can subscribe to a user's meetings.

Calendars send no token, so the address is one. It shows the redacted form of the meetings that its
user scheduled, whatever the user may see by now: time and place need no permission of theirs.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Query
from pydantic_core import to_json
from starlette.responses import Response
from uuid_utils.compat import uuid7

from api.contracts.tracking.calendar_feed_schemas import (
    FeedCreated,
    FeedQuery,
    FeedShown,
    FeedsShown,
    feed_shown,
)
from api.contracts.tracking.dialect import TRACKING
from api.http.answers import Content
from api.http.call import Call
from api.http.problem import Problem, Refused
from api.http.records import as_uuid, present
from api.http.route import PUBLIC, needs
from api.http.router import ContractRouter
from domain.errors import Conflict
from infrastructure.calendars.feeds import MOST, Feed, TooManyFeeds
from infrastructure.calendars.icalendar.publishing import published
from infrastructure.postgres.fetch import fetching
from projections.calendar_feeds.model import FED_MEETINGS, of_user

router = ContractRouter(TRACKING, "Calendar feeds")
connecting = needs("connect_accounts")

BEFORE, AHEAD = timedelta(days=30), timedelta(days=365)
"""The meetings that are in a feed, counted from today."""

MOST_MEETINGS = 2_000
"""Meetings of a feed, the earliest."""

CALENDAR = "text/calendar; charset=utf-8"
HEADERS = {"Cache-Control": "private, no-cache"}
KEYED = UUID("b6d2f3a8-6b0d-5f35-8f8c-3b1b7f0a51d4")
"""The namespace of ids that an idempotency key decides."""


@router.on("POST /api/calendar-feeds", connecting, FeedCreated, status=201, errors=(400, 409))
async def add(call: Call) -> Content:
    """Make an address at which a calendar can subscribe to your meetings"""
    who = call.principal
    identity = uuid7() if call.key is None else uuid5(KEYED, call.key.scope + call.key.digest.hex())
    feeds = call.services.calendar_feeds
    try:
        feed, secret = await feeds.add(identity, call.tenant, who.user, who.name)
    except TooManyFeeds:
        detail = f"A user has up to {MOST} calendar feeds"
        raise Conflict(detail, code="too_many_feeds") from None
    base = call.services.settings.base_url
    url = f"{base}/calendar/{secret}.ics" if secret else None
    location = ("Location", f"/api/calendar-feeds/{feed.id}")
    return Content(to_json(feed_shown(feed) | {"url": url}), (location,))


@router.on("GET /api/calendar-feeds", connecting, FeedsShown, errors=(422,))
async def every(call: Call, query: Annotated[FeedQuery, Query()]) -> Content:
    """Your feeds, without their addresses"""
    if query.all:
        call.require("admin")
    feeds = call.services.calendar_feeds
    found = await feeds.every(call.tenant, call.principal.user, everybodys=query.all)
    return Content(to_json({"items": [feed_shown(feed) for feed in found]}))


@router.on("GET /api/calendar-feeds/{id}", connecting, FeedShown, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """A feed, without its address"""
    return Content(to_json(feed_shown(await _feed(call, id))))


@router.on("DELETE /api/calendar-feeds/{id}", connecting, status=204, errors=(404,))
async def revoke(call: Call, id: str) -> Response:
    """Revoke a feed: its address is 404 from here on"""
    feed = await _feed(call, id)
    await call.services.calendar_feeds.revoke(call.tenant, feed.id, call.principal.user)
    return Response(None, 204)


async def _feed(call: Call, id: str) -> Feed:
    """The feed that a path names: one's own, for an admin anybody's. Raises NotFound."""
    identity = present(as_uuid(id), "Feed")
    feed = present(await call.services.calendar_feeds.one(call.tenant, identity), "Feed")
    own = feed.user_id == call.principal.user and feed.revoked_at is None
    return present(feed if own or call.principal.may("admin") else None, "Feed")


@router.on(
    "GET /calendar/{token}.ics",
    needs(PUBLIC),
    errors=(404, 503),
    documented={
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "Unchanged since the ETag of If-None-Match"},
    },
    response_class=Response,
    description="The redacted form: time and place. What is cancelled is left out.",
)
async def subscribe(call: Call, token: str) -> Response:
    """The meetings of a feed's user, as iCalendar"""
    services = call.services
    async with services.feed_readers.slot(sha256(token.encode()).hexdigest()):
        reader = await services.calendar_feeds.reader(token)
    if reader is None:
        raise Refused(Problem(404, "feed_not_found", "There is no such calendar."))
    async with services.feed_readers.slot(reader.tenant):
        await services.caught_up([FED_MEETINGS.name], reader.tenant)
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        fetch = fetching(services.pools.of(reader.tenant))
        period = (today - BEFORE, today + AHEAD)
        meetings = await of_user(fetch, reader.tenant, reader.user_id, *period, MOST_MEETINGS)
        body = await published(meetings)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if _unchanged(call, tag):
        return Response(None, 304, HEADERS | {"ETag": tag})
    return Response(body, headers=HEADERS | {"ETag": tag}, media_type=CALENDAR)


def _unchanged(call: Call, tag: str) -> bool:
    """True if `If-None-Match` has the tag, also one that a proxy weakened (RFC 9110, 13.1.2)."""
    given = ",".join(call.headers.getlist("if-none-match")).split(",")
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in given)
