"""The heads of tenants' logs, for event streams that wait for more: one poll for all of a process.

Polling finds the appends of any process; this process's own commits are announced sooner. There is
no poll while no stream waits.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from infrastructure.following.bell import Bell
from infrastructure.log.reader import POSITIONS, reading
from projections.read_model import Step

logger = logging.getLogger(__name__)

POLL = 0.05
"""Seconds between two polls of the log."""

PACE = 0.02
"""Seconds between two announcements to the same tenant: in a rush, its streams read several events
at a time, and share the page."""

PAUSE = 1.0
"""Seconds until a database that couldn't be reached is tried again."""


class _Followed:
    """A tenant with streams: the last known position of its log, and the last announced one."""

    def __init__(self) -> None:
        self.followers = 0
        self.known = 0
        self.announced = 0
        self.bell = Bell()
        self._rang = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def reached(self, position: int) -> None:
        """Announce a position, PACE after the last announcement at the earliest."""
        if position <= self.known:
            return
        self.known = position
        loop = asyncio.get_running_loop()
        if self._timer is None:
            due = max(loop.time(), self._rang + PACE)
            if due <= loop.time():
                self._announce()
            else:
                self._timer = loop.call_at(due, self._announce)

    def _announce(self) -> None:
        self._timer = None
        self._rang = asyncio.get_running_loop().time()
        self.announced = self.known
        self.bell.ring()


class Heads:
    def __init__(self, pool: AsyncConnectionPool[Any]):
        self._pool = pool
        self._tenants: dict[str, _Followed] = {}
        self._looked: int | None = None
        self._looking: asyncio.Task[None] | None = None

    async def follow(self, tenant: str) -> None:
        """Announce every event that is appended from now on, until `leave`.

        Raises psycopg.OperationalError and PoolTimeout.
        """
        self._tenants.setdefault(tenant, _Followed()).followers += 1
        try:
            if self._looked is None:
                async with reading(self._pool) as log:
                    head = await log.head()
                # Another task may have been faster, and may have read on from there already.
                if self._looked is None:
                    self._looked = head
        except BaseException:
            self.leave(tenant)
            raise
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="event feed")

    def leave(self, tenant: str) -> None:
        followed = self._tenants[tenant]
        followed.followers -= 1
        if not followed.followers:
            del self._tenants[tenant]
        if not self._tenants:
            self._looked = None
            if self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def wait(self, tenant: str, after: int, seconds: float) -> bool:
        """Wait for an event after a position, for that many seconds or until `ring`; True if there
        is one."""
        followed = self._tenants[tenant]
        if followed.announced <= after:
            await followed.bell.wait(seconds)
        return followed.announced > after

    def ring(self) -> None:
        """Wake every task that waits."""
        for followed in self._tenants.values():
            followed.bell.ring()

    def committed(self, steps: Sequence[Step]) -> None:
        """Announce the steps of a batch that this process committed."""
        if self._tenants:
            self._reached({step.tenant: step.recorded.position for step in steps})

    def _reached(self, positions: dict[str, int]) -> None:
        for tenant, position in positions.items():
            if (followed := self._tenants.get(tenant)) is not None:
                followed.reached(position)

    async def _look(self) -> None:
        while True:
            try:
                async with reading(self._pool) as log:
                    positions = await log.tenants_after(self._looked or 0)
            except (psycopg.Error, OSError) as error:
                logger.warning("the log can't be followed: %s: %s", type(error).__name__, error)
                await asyncio.sleep(PAUSE)
                continue
            if positions:
                newest = max(positions.values())
                full = newest - (self._looked or 0) >= POSITIONS
                self._looked = newest
                self._reached(positions)
                if full:
                    continue
            await asyncio.sleep(POLL)
