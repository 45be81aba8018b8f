"""A process that delivers until it is killed, and the two mistakes that would lose events.

`python -m tests.infrastructure.webhooks.sender CONNINFO [MISTAKE]`
"""

import asyncio
import functools
import os
import signal
import sys
from collections.abc import Mapping
from uuid import UUID

from infrastructure.following.session import Page
from infrastructure.system import open_system
from infrastructure.webhooks.delivering import delivering
from infrastructure.webhooks.planning import CHECKPOINT, Planner
from infrastructure.webhooks.posting import PostResult
from infrastructure.webhooks.queue import Claim, Queue
from tests.infrastructure.webhooks.support import KEYS, SETTINGS, SOON

LEASE = 1.0
"""Seconds. An attempt that takes longer is repeated, as it may be."""

FATAL = 100


class NotesTooEarly(Queue):
    """The mutant: what was taken is noted as delivered before it is sent."""

    async def take(self, room: int, busy: Mapping[tuple[str, UUID], int]) -> list[Claim]:
        claims = await super().take(room, busy)
        for claim in claims:
            await self.delivered(claim, PostResult(0, 204))
        return claims


class MovesTooEarly(Planner):
    """The mutant: the checkpoint is moved in a transaction of its own, before the deliveries. The
    process is killed in between once, at the page with position `FATAL`."""

    async def land(self, page: Page) -> None:
        before = self.session.checkpoints.positions[CHECKPOINT]
        await self.session.checkpoints.move(page.last)
        if before < FATAL <= page.last:
            os.kill(os.getpid(), signal.SIGKILL)
        set_back = f"UPDATE checkpoints SET position = {before} WHERE follower = '{self.follower}'"
        await self.session.connection.run([(set_back, ())])
        await self.session.checkpoints.load()
        await super().land(page)


async def main(conninfo: str, mistake: str | None) -> None:
    queue = NotesTooEarly if mistake == "notes too early" else Queue
    planner = MovesTooEarly if mistake == "moves too early" else Planner
    async with (
        open_system(conninfo) as system,
        delivering(
            conninfo,
            SETTINGS,
            KEYS,
            system.ledger,
            retries=SOON * 10,
            make_planner=functools.partial(planner, page_size=20),
            make_queue=functools.partial(queue, lease=LEASE),
        ),
    ):
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None))
