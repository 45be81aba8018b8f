"""A throttled projector, for a read model that costs many times an append, such as a trigram index.

After each page it rests: shortly while little is appended, and nineteen times as long as the page
took in a rush. So it takes at most a twentieth of a processor from the appends, falls behind in a
rush, and catches up afterwards. A query over such a read model reads the rest of the log as well.
"""

import asyncio

from infrastructure.following.session import Page
from infrastructure.postgres.locks import THROTTLED_LOCK
from infrastructure.projecting.row_writer import RowWriter

LONGEST_REST = 19.0
SHORTEST_REST = 0.25
"""Both as multiples of the time that a page took."""

A_RUSH = 400.0
"""Events a second that make the rest the longest."""

PAGE_SIZE = 500
POLL = 1.0
"""Seconds between two looks at the log, where another process appends."""


class ThrottledRowWriter(RowWriter):
    lock = THROTTLED_LOCK
    poll = POLL
    takes_recent = False  # it falls behind in a rush
    _seen: tuple[float, int] | None = None

    async def land(self, page: Page) -> None:
        """Write the page, then rest. Raises Moved, psycopg.Error."""
        now = asyncio.get_running_loop().time
        began = now()
        await super().land(page)
        took = now() - began
        await asyncio.sleep(took * rest(await self._rate(now())))

    async def _rate(self, now: float) -> float:
        """Events a second that were appended since the page before."""
        head = await self.session.log.head()
        before, self._seen = self._seen, (now, head)
        if before is None or now <= before[0]:
            return 0.0
        return (head - before[1]) / (now - before[0])


def rest(rate: float) -> float:
    """The rest after a page, as a multiple of the time it took; `rate` is events a second."""
    share = min(rate / A_RUSH, 1.0)
    return SHORTEST_REST + share * (LONGEST_REST - SHORTEST_REST)
