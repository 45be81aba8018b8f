"""Writing at leisure what costs many times an append, such as a trigram index.

Behind every page there is a rest: a short one while hardly anything is appended, and nineteen times
as long as the page took while much is. So it never takes more than a twentieth of a processor from
the appends, falls behind in a rush, and catches up afterwards. Whoever reads what is written so has
to look at the rest of the log too.
"""

import asyncio
from collections.abc import Sequence

from infrastructure.log.folding import Item
from infrastructure.postgres.pipeline import PipelineConnection
from infrastructure.projecting.statements import Table
from infrastructure.projecting.writer import Writer

LONGEST_REST = 19.0
SHORTEST_REST = 0.25
"""Both as multiples of the time that a page took."""

A_RUSH = 400.0
"""Events a second that make the rest the longest."""

PAGE_SIZE = 500
POLL = 1.0
"""Seconds between two looks at the log, where another process appends."""

HEAD = "SELECT coalesce(max(position), 0) FROM commits"


class LeisurelyWriter(Writer):
    def __init__(self, connection: PipelineConnection, tables: Sequence[Table]):
        super().__init__(connection, tables)
        self._seen: tuple[float, int] | None = None

    async def land(self, items: Sequence[Item], upto: int) -> None:
        """Write the items, then rest. Raises Moved, psycopg.Error."""
        now = asyncio.get_running_loop().time
        began = now()
        await super().land(items, upto)
        took = now() - began
        await asyncio.sleep(took * rest(await self._rate(now())))

    async def _rate(self, now: float) -> float:
        """Events a second that were appended since the page before."""
        (((head,),),) = await self._connection.run([(HEAD, ())])
        before, self._seen = self._seen, (now, int(head or 0))
        if before is None or now <= before[0]:
            return 0.0
        return (self._seen[1] - before[1]) / (now - before[0])


def rest(rate: float) -> float:
    """How long to rest after a page, as a multiple of the time it took."""
    share = min(rate / A_RUSH, 1.0)
    return SHORTEST_REST + share * (LONGEST_REST - SHORTEST_REST)
