"""Feeds the read models that run behind the append, for as long as the process lives.

One process does it at a time: it holds an advisory lock on the connection it writes with, so that
whoever loses the connection has lost the lock as well. The others stand by and take over. Polling
is the truth; being woken when this process has committed a batch only makes it sooner.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

import psycopg

from infrastructure.following.bell import Bell
from infrastructure.following.feed import PAGE_SIZE, Feed
from infrastructure.following.recent import Recent
from infrastructure.postgres.locks import PROJECTOR_LOCK
from infrastructure.projecting.statements import Table
from infrastructure.projecting.writer import Moved, Writer
from projections.read_model import ReadModel, Step

logger = logging.getLogger(__name__)

POLL = 0.05
"""Seconds between two looks at the log, where nobody rings."""

PACE = 0.2
"""Seconds that steps may gather while nobody waits for them, so that pages aren't tiny."""

STALE = 1.0
"""Seconds after which even a busy process looks at what others have appended."""

STAND_BY = 0.25
"""Seconds between two tries to become the owner. A statement that waited for the lock instead
would hold back vacuum as long as it waits."""

LONGEST_PAUSE = 2.0

MAKE_WAY = 5.0
"""Seconds between two offers of an owner that is out of date to hand over."""


class Runner:
    """`page_size` are events a transaction. `make_writer` decides how they are written. `lock` is
    that of whoever feeds these models: each of several runners has one of its own. `poll` are the
    seconds between two looks at the log."""

    def __init__(
        self,
        conninfo: str,
        models: Sequence[ReadModel],
        *,
        page_size: int = PAGE_SIZE,
        make_writer: type[Writer] = Writer,
        lock: int = PROJECTOR_LOCK,
        poll: float = POLL,
    ):
        self._conninfo = conninfo
        self._tables = [Table(model) for model in models]
        self._page_size = page_size
        self._make_writer = make_writer
        self._poll = poll
        self._try_lock = f"SELECT pg_try_advisory_lock({lock})"
        self._unlock = f"SELECT pg_advisory_unlock({lock})"
        self._recent = Recent()
        self._woken = Bell()
        self._urgent = Bell()
        self._hurried = False
        self._made_way = -MAKE_WAY
        self._task: asyncio.Task[None] | None = None
        self._checkpoints: dict[str, int] = {}
        self.owner = False
        self.advanced = Bell()
        """Rings whenever a page has been written."""

    async def start(self) -> None:
        self._task = asyncio.create_task(self.run(), name="projector")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def committed(self, steps: Sequence[Step]) -> None:
        """This process committed a batch of steps."""
        if self.owner:
            self._recent.add(steps)
        self.wake()

    def wake(self) -> None:
        self._woken.ring()

    def hurry(self) -> None:
        """Somebody waits."""
        self._hurried = True
        self.wake()
        self._urgent.ring()

    def reached(self, name: str) -> int:
        """How far a read model is as far as this process knows, which may be less."""
        return self._checkpoints.get(name, 0)

    async def run(self) -> None:
        """Never ends by itself: whatever goes wrong is tried again, with growing pauses."""
        pause = 0.05
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._hold()
            except (psycopg.Error, OSError) as error:
                logger.warning("the projector starts again: %s: %s", type(error).__name__, error)
            except Exception:
                logger.exception("the projector starts again")
            finally:
                self.owner = False
                self._recent.clear()
            if asyncio.get_running_loop().time() - began > LONGEST_PAUSE:
                pause = 0.05
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _hold(self) -> None:
        """Stand by for the lock, then feed until something goes wrong."""
        feed = await Feed.open(self._conninfo, self._tables, self._make_writer)
        try:
            while True:
                if self.owner or await feed.connection.run([(self._try_lock, ())]) == [[(b"t",)]]:
                    self.owner = True
                    await self._feed(feed)
                    await self._make_way(feed)
                else:
                    await asyncio.sleep(STAND_BY)
        finally:
            await feed.close()

    async def _feed(self, feed: Feed) -> None:
        """Look at the checkpoints and the log, and write what there is. Then follow what this
        process appends, until it is time to look again."""
        loop = asyncio.get_running_loop()
        self._hurried = False
        try:
            await feed.writer.load()
            self._checkpoints = feed.writer.checkpoints
            await self._follow(feed)
            # A busy process would never come to the log's end, reading what it knows already.
            await feed.catch_up(
                page_size=self._page_size, landed=self._landed, enough=self._recent.follows
            )
            looked = loop.time()
            while not self._hurried and loop.time() < looked + STALE:
                if not await self._woken.wait(self._poll):
                    return
                if not self._hurried:
                    await self._urgent.wait(PACE)
                if not await self._follow(feed):
                    return
        except Moved as moved:
            logger.info("the checkpoint of %s has been moved by another", moved)
        if not self._checkpoints:
            await asyncio.sleep(self._poll)

    async def _make_way(self, feed: Feed) -> None:
        """An owner that can't feed every read model, because a newer kith has remade some, lets
        that one take over, if it is there."""
        now = asyncio.get_running_loop().time()
        if len(feed.writer.checkpoints) == len(self._tables) or now < self._made_way + MAKE_WAY:
            return
        self.owner = False
        await feed.connection.run([(self._unlock, ())])
        await asyncio.sleep(2 * STAND_BY)
        self._made_way = asyncio.get_running_loop().time()

    async def _follow(self, feed: Feed) -> bool:
        """Write what this process appended; whether that is known without a gap."""
        while steps := self._recent.take(feed.writer.after, self._page_size):
            last = steps[-1].recorded.position
            await feed.writer.land(steps, last)
            self._landed(last)
        return steps is not None

    def _landed(self, _: int) -> None:
        self.advanced.ring()
