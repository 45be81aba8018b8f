"""A tenant's feed: its events in order, filtered, each with the tags that restrict it.

Positions commit in order, so nothing appears later before a position that was read: a reader that
resumes after the last one misses nothing.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from infrastructure.log.events import Halted, Row, Unreadable, events_of
from infrastructure.log.folding import Folder, Item, position_of
from infrastructure.log.reader import LARGEST_PAGE, LogReader, reading
from infrastructure.log.tenant_pages import heads, tenant_rows
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.publishing.event_redaction import RestrictedStep, restricted_until_halt

logger = logging.getLogger(__name__)


class Beyond(Exception):
    """The position is after the head: it comes from another log."""


class EventQuery(NamedTuple):
    """The next `limit` events of a tenant after a position: of some types, any if there is none; of
    one subject, such as `interaction/550e8400-…`, or of all."""

    tenant: str
    after: int = 0
    types: frozenset[str] = frozenset()
    subject: str | None = None
    limit: int = 100


class EventPage(NamedTuple):
    """`last` is the position to resume after. `more` is False at the end of the log."""

    steps: list[RestrictedStep]
    last: int
    more: bool


class TenantFeed:
    def __init__(self, pools: TenantPools):
        self._pools = pools

    async def head(self, tenant: str) -> int:
        """The position of the last event of the whole log, read for a tenant. Raises as `page`."""
        async with reading(self._pools.of(tenant)) as log:
            return await log.head()

    async def page(self, query: EventQuery, most_bytes: int = LARGEST_PAGE) -> EventPage:
        """Raises Beyond, Halted if the next event is unreadable, psycopg.OperationalError,
        PoolTimeout and LimitReached."""
        async with reading(self._pools.of(query.tenant)) as log:
            tenant, head = await heads(log, query.tenant)
            if query.after > head:
                raise Beyond
            if query.after >= tenant:
                return EventPage([], query.after, more=False)
            return await _page(log, query, tenant, most_bytes)


async def _page(log: LogReader, query: EventQuery, head: int, most_bytes: int) -> EventPage:
    """`head` is the tenant's, read before the page."""
    rows = await tenant_rows(
        log,
        query.tenant,
        query.after,
        query.limit,
        most_bytes,
        types=query.types,
        subject=query.subject,
    )
    if not rows:
        return EventPage([], head, more=False)
    size = sum(len(row[4]) for row in rows)
    more = len(rows) == query.limit or size >= most_bytes
    last = rows[-1][2] if more else max(head, rows[-1][2])
    items = await _items(log, query, rows)
    try:
        steps, reached = await restricted_until_halt(items, last, log.after)
    except Halted as error:
        logger.warning("%s", error)
        raise
    if any(isinstance(item, Unreadable) for item in items):
        last, more = reached, True
    if query.types:
        # An older type may have been upcast to one that isn't asked for.
        steps = [one for one in steps if one.step.recorded.event.type in query.types]
    return EventPage(steps, last, more)


async def _items(log: LogReader, query: EventQuery, rows: Sequence[Row]) -> list[Item]:
    if not query.types and query.subject is None:
        return await Folder().fold(await events_of(rows), log.before)
    # Events that aren't asked for lead from one that is to the next.
    upto = {stream: version + 1 for stream, version, *_ in rows}
    events = sorted(await log.before(upto), key=lambda event: event[1].position)
    asked_for = {position for _, _, position, *_ in rows}
    items = await Folder().fold(events, log.before)
    return [item for item in items if position_of(item) in asked_for]
