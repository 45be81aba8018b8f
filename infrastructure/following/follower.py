"""Follows the log for as long as the process lives, one owner at a time over all processes.

The owner holds an advisory lock on the connection that moves the checkpoints: who loses the
connection has lost the lock as well. The others stand by and take over. Polling finds whatever any
process appended; the wake-up by this process's own commits only makes that sooner.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

import psycopg

from infrastructure.following.bell import Bell
from infrastructure.following.checkpoints import Moved
from infrastructure.following.recent import Recent
from infrastructure.following.session import Part, Session
from infrastructure.log.events import Halted
from projections.read_model import Step

logger = logging.getLogger(__name__)

STALE = 1.0
"""Seconds after which even a busy process looks at the appends of others."""

STAND_BY = 0.25
"""Seconds between two tries for the lock. A statement that waits for a lock would hold back vacuum
for as long as it waits."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
"""Seconds between an error and the next session; they double."""

MAKE_WAY = 5.0
"""Seconds between two offers of an outdated owner to hand over."""


class Follower:
    def __init__(self, conninfo: str, part: Part):
        self._conninfo = conninfo
        self._part = part
        errors = (psycopg.Error, OSError, Halted, *part.expected)
        self._expected: tuple[type[Exception], ...] = errors
        self._try_lock = f"SELECT pg_try_advisory_lock({part.lock})"
        self._unlock = f"SELECT pg_advisory_unlock({part.lock})"
        self._recent = Recent()
        self._woken = Bell()
        self._urgent = Bell()
        self._hurried = False
        self._stopping = False
        self._made_way = -MAKE_WAY
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self.owner = False
        self.lag = 0
        """Events between the first checkpoint and the log's head, when the owner last looked; 0
        where another process is the owner."""
        self.advanced = Bell()
        """Rings whenever a page has landed."""

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self.run(), name=f"{self._part.follower} follower")

    async def stop(self) -> None:
        """Give the page under way the grace, then cancel it: the next owner begins with it."""
        if self._task is not None:
            self._stopping = True
            if self._session is not None:
                self._session.stopping = True
            self.hurry()
            await asyncio.wait([self._task], timeout=self._part.grace)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def committed(self, steps: Sequence[Step]) -> None:
        """This process committed a batch."""
        if self.owner and self._part.takes_recent:
            self._recent.add(steps)
        self._woken.ring()

    def hurry(self) -> None:
        """Somebody waits: appended events don't gather any longer."""
        self._hurried = True
        self._woken.ring()
        self._urgent.ring()

    def reached(self, name: str) -> int:
        """A checkpoint's position as far as this process knows: the true one may be further."""
        return 0 if self._session is None else self._session.checkpoints.positions.get(name, 0)

    async def run(self) -> None:
        """Begin one session after the other, with a back-off between them, until it is stopped."""
        pause = SHORTEST_PAUSE
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            try:
                async with Session.open(self._conninfo, self._part) as session:
                    await self._hold(session)
            except self._expected as error:
                logger.warning(
                    "the %s starts again: %s: %s", self._part.follower, type(error).__name__, error
                )
            except Exception:
                logger.exception("the %s starts again", self._part.follower)
            finally:
                self.owner = False
                self._session = None
                self._recent.clear()
            if asyncio.get_running_loop().time() - began > LONGEST_PAUSE:
                pause = SHORTEST_PAUSE
            if not self._stopping:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _hold(self, session: Session) -> None:
        """Stand by for the lock, then follow until an error or the stop."""
        while not self._stopping:
            if await session.connection.run([(self._try_lock, ())]) == [[(b"t",)]]:
                self._session = session
                self.owner = True
                await session.checkpoints.begin()
                await self._load(session)
                if session.checkpoints.first is None:
                    logger.warning("the %s has no checkpoint of its version", self._part.follower)
                async with self._part.working():
                    await self._follow(session)
                await self._make_way(session)
            else:
                self.lag = 0
                await asyncio.sleep(STAND_BY)

    async def _follow(self, session: Session) -> None:
        """Look at the log again and again, until another owner is to take over."""
        while not self._stopping:
            await self._look(session)
            now = asyncio.get_running_loop().time()
            if not session.checkpoints.are_complete and now > self._made_way + MAKE_WAY:
                return

    async def _look(self, session: Session) -> None:
        """Land what is in the log. Then land what this process appends, until it is time to look at
        the appends of others."""
        now = asyncio.get_running_loop().time
        self._hurried = False

        def landed(_: int) -> None:
            self.lag = session.checkpoints.lag
            self.advanced.ring()

        try:
            await self._load(session)
            if session.checkpoints.lag:
                await session.catch_up(landed=landed, recent=self._recent)
            await session.follow(self._recent, landed)
            looked = now()
            while not (self._hurried or self._stopping) and now() < looked + STALE:
                if not await self._woken.wait(self._part.poll):
                    return
                if not self._hurried:
                    await self._urgent.wait(self._part.pace)
                if not await session.follow(self._recent, landed):
                    return
        except Moved as moved:
            logger.info("another process moved the checkpoint %s", moved)
        if session.checkpoints.first is None:
            await asyncio.sleep(self._part.poll)

    async def _make_way(self, session: Session) -> None:
        """Let another owner take over, if there is one. A part whose checkpoints aren't complete,
        because a newer kith has begun some of them anew, lacks the newer definition."""
        self.owner = False
        if not self._stopping:
            await session.connection.run([(self._unlock, ())])
            await asyncio.sleep(2 * STAND_BY)
            self._made_way = asyncio.get_running_loop().time()

    async def _load(self, session: Session) -> None:
        await session.checkpoints.load()
        self.lag = session.checkpoints.lag
