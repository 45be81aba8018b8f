"""A process that delivers until it is killed, and the two mistakes that would lose events.

`python -m tests.infrastructure.webhooks.sender CONNINFO [MISTAKE]`
"""

import asyncio
import functools
import sys
from collections.abc import Mapping
from uuid import UUID

from infrastructure.system import open_system
from infrastructure.webhooks.delivering import delivering
from infrastructure.webhooks.planning import MOVE, Planner
from infrastructure.webhooks.posting import Attempt, Poster
from infrastructure.webhooks.queue import Claim, Queue
from tests.infrastructure.webhooks.support import SETTINGS, SOON

CHECKPOINT = """
SELECT checkpoint, (SELECT coalesce(max(position), 0) FROM commits) FROM webhook_checkpoint
"""
LEASE = 1.0
"""Seconds; an attempt takes half of them at most."""


class NotesTooEarly(Queue):
    """The mutant: what was taken is noted as delivered before it is sent."""

    async def take(self, room: int, busy: Mapping[tuple[str, UUID], int]) -> list[Claim]:
        claims = await super().take(room, busy)
        for claim in claims:
            await self.delivered(claim, Attempt(0, 204))
        return claims


class MovesTooEarly(Planner):
    """The mutant: the checkpoint is moved in a transaction of its own, before the deliveries."""

    async def plan(self) -> bool:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(CHECKPOINT)
            for before, last in await cursor.fetchall():
                await connection.execute(MOVE, (min(before + self._page_size, last),))
                await asyncio.sleep(0.1)  # here it may be killed
                await connection.execute(MOVE, (before,))
        return await super().plan()


async def main(conninfo: str, mistake: str | None) -> None:
    queue = NotesTooEarly if mistake == "notes too early" else Queue
    planner = MovesTooEarly if mistake == "moves too early" else Planner
    async with (
        open_system(conninfo) as system,
        delivering(
            conninfo,
            SETTINGS,
            system.ledger,
            retries=SOON * 10,
            make_planner=functools.partial(planner, page_size=20),
            make_queue=functools.partial(queue, lease=LEASE),
            make_poster=functools.partial(Poster, seconds=LEASE / 2),
        ),
    ):
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
