"""A tenant's feed: its events in order, filtered, each with the tags that restrict it.

Positions commit in order, so nothing appears later before a position that was read: a reader that
resumes after the last one misses nothing.

What is hidden from a reader takes room in the log all the same. So the pages that a reader is given
end by the bytes of what is told there, however many are read for it: otherwise the end of a page
would tell how much is hidden.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from infrastructure.log.events import Halted, Unreadable, events_of
from infrastructure.log.reader import LARGEST_PAGE, LogReader, reading
from infrastructure.log.tenant_pages import heads, tenant_rows
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.publishing.event_redaction import RestrictedEvent, restricted_until_halt

logger = logging.getLogger(__name__)

AT_ONCE = 100
"""Events put into words before others have their turn; about two milliseconds."""


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

    events: list[RestrictedEvent]
    last: int
    more: bool


class ToldPage(NamedTuple):
    """The events in the form that a reader is given; see `EventPage` for the rest."""

    events: list[bytes]
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

    async def told(
        self,
        query: EventQuery,
        tell: Callable[[RestrictedEvent], bytes],
        most_bytes: int = LARGEST_PAGE,
    ) -> ToldPage:
        """A page as its reader is told it, which ends with the event that exceeds `most_bytes` in
        this form. Raises as `page`."""
        events: list[bytes] = []
        last, size = query.after, 0
        while True:
            left = query._replace(after=last, limit=query.limit - len(events))
            try:
                page = await self.page(left, most_bytes - size)
            except Halted:
                if not events:
                    raise
                return ToldPage(events, last, more=True)
            for one in page.events:
                events.append(tell(one))
                size += len(events[-1])
                if size >= most_bytes:
                    return ToldPage(events, one.recorded.position, more=True)
                if len(events) % AT_ONCE == 0:
                    await asyncio.sleep(0)
            last = page.last
            if not page.more or len(events) == query.limit:
                return ToldPage(events, last, page.more)


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
    read = [event for _, event in await events_of(rows)]
    try:
        events, reached = await restricted_until_halt(read, last, log)
    except Halted as error:
        logger.warning("%s", error)
        raise
    if any(isinstance(event, Unreadable) for event in read):
        last, more = reached, True
    if query.types:
        # An older type may have been upcast to one that isn't asked for.
        events = [one for one in events if one.recorded.event.type in query.types]
    return EventPage(events, last, more)
