"""An owner's session: pages of the log, each prepared while the one before it lands."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self

from psycopg.conninfo import make_conninfo

from infrastructure.following.checkpoints import Checkpoints
from infrastructure.following.recent import Recent
from infrastructure.log.folding import Folder, Item
from infrastructure.log.prefetch import PrefetchingReader
from infrastructure.log.reader import END
from infrastructure.postgres.pipeline import PipelineConnection

PAGE_SIZE = 1000
"""Events."""

POLL = 0.05
"""Seconds."""

SESSION = (
    # A checkpoint and the rows that were committed with it are lost together, if at all, and made
    # again from the log: followers needn't wait for the disk.
    "SET synchronous_commit = off",
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET lock_timeout = '30s'",
)

KEEPALIVES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""Seconds, and probes: a server that is gone is noticed within half a minute."""


class Page(NamedTuple):
    """A prepared page: its content, and the position that it reaches. `last` is where the page
    before it ended if there is nothing more."""

    content: Any
    last: int


class Part:
    """A follower's own part. Its errors end the session; the next one begins at the checkpoints."""

    follower: str
    """The part's name in the table of checkpoints."""

    lock: int
    """The key of its owner's advisory lock."""

    versions: Mapping[str, str]
    """The part's checkpoints, each with the version of what its position belongs to."""

    kinds: Collection[str] | None = None
    """The kinds of streams that it reads, None for all."""

    page_size: int = PAGE_SIZE
    poll: float = POLL
    """Seconds between two looks at the log while this process commits nothing."""

    takes_recent: bool = True
    """False if it reads the steps of this process's own appends from the log as well."""

    pace: float = 0.0
    """Seconds that appended events may gather before they are handled."""

    expected: tuple[type[Exception], ...] = ()
    """Errors of its own surroundings, which are logged without a traceback."""

    grace: float = 0.0
    """Seconds that a stop waits for the page under way."""

    session: "Session"
    """The owner's connections, checkpoints and reader; set when the session is opened."""

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A context in which the owner follows, for what only an owner may open."""
        yield

    async def prepare(self, items: Sequence[Item], last: int) -> Page:
        """Make a page of items ready to land, while the page before it may still be landing. The
        page may end early."""
        return Page(items, last)

    async def land(self, page: Page) -> None:
        """Carry the page out, and move the checkpoints to its last position. Raises Moved."""
        raise NotImplementedError


Source = Callable[[int], Awaitable[Page | None]]
"""The next page after a position; None if the source doesn't know."""


class Session:
    """A connection that holds the lock and moves the checkpoints, and another one that reads."""

    def __init__(self, connection: PipelineConnection, reader: PrefetchingReader, part: Part):
        self.connection = connection
        self.checkpoints = Checkpoints(connection, part.follower, part.versions)
        self.log = reader.log
        self._reader = reader
        self._folder = Folder()
        self._part = part
        self.stopping = False
        """True once no further page is to land."""
        part.session = self

    @classmethod
    @asynccontextmanager
    async def open(cls, conninfo: str, part: Part) -> AsyncIterator[Self]:
        """Raises psycopg.OperationalError."""
        name = f"kith {part.follower}"
        conninfo = make_conninfo(conninfo, application_name=name, **KEEPALIVES)
        connection = await PipelineConnection.connect(conninfo, SESSION)
        try:
            conninfo = make_conninfo(conninfo, application_name=f"{name} reader")
            reader = await PrefetchingReader.connect(conninfo, part.kinds)
            try:
                yield cls(connection, reader, part)
            finally:
                await reader.close()
        finally:
            await connection.close()

    async def catch_up(
        self,
        *,
        upto: int = END,
        landed: Callable[[int], None] = lambda _: None,
        recent: Recent | None = None,
    ) -> int | None:
        """Land everything there is in the log, up to a position; the position reached, None if
        there is no checkpoint. The checkpoints have to be loaded. `recent` are steps that needn't
        be read. Raises Moved, psycopg.Error, and the part's errors."""

        async def page(after: int) -> Page:
            known = None if recent is None else await self._recent_page(recent, after)
            if known is not None and known.last > after:
                return known
            return await self.read(after, upto)

        return await self._land_all(page, landed)

    async def read(self, after: int, upto: int = END) -> Page:
        """The next page of the log, prepared. Raises psycopg.Error, and the part's errors."""
        events, last = await self._reader.page(after, self._part.page_size, upto)
        items = await self._folder.fold(events, self.log.before)
        return await self._prepared(items, last, after)

    async def follow(self, recent: Recent, landed: Callable[[int], None]) -> bool:
        """Land the recent steps; False if they don't continue the checkpoints without a gap."""
        known = True

        async def page(after: int) -> Page | None:
            nonlocal known
            found = await self._recent_page(recent, after)
            known = found is not None
            return found

        return await self._land_all(page, landed) is not None and known

    async def _land_all(self, source: Source, landed: Callable[[int], None]) -> int | None:
        after = self.checkpoints.first
        if after is None:
            return None
        page = await source(after)
        while page is not None and page.last > after and not self.stopping:
            landing = asyncio.create_task(self._part.land(page))
            try:
                following = await source(page.last)
            except BaseException as error:
                await _end(landing, cancel=isinstance(error, asyncio.CancelledError))
                raise
            await landing
            landed(page.last)
            after, page = page.last, following
        return after

    async def _recent_page(self, recent: Recent, after: int) -> Page | None:
        steps = recent.take(after, self._part.page_size)
        if steps is None:
            return None
        last = steps[-1].recorded.position if steps else after
        kinds = self._part.kinds
        wanted = [step for step in steps if kinds is None or step.recorded.stream.kind in kinds]
        return await self._prepared(wanted, last, after)

    async def _prepared(self, items: Sequence[Item], last: int, after: int) -> Page:
        if last == after:
            return Page(None, after)
        return await self._part.prepare(items, last)


async def _end(landing: "asyncio.Task[None]", *, cancel: bool) -> None:
    """Wait for a page to land; ignore its error."""
    if cancel:
        landing.cancel()
    await asyncio.wait([landing])
    if not landing.cancelled():
        landing.exception()
