"""One stream: the frames of one client, from its first position until the stream has to end."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg

from api.streams.frames import note
from api.streams.source import PIECE_BYTES, Source, StreamFilter
from infrastructure.log.events import Halted
from infrastructure.publishing.tenant_feed import Beyond
from infrastructure.tenant_limiter import LimitReached

RETRY = 1_000
"""Milliseconds."""

PAUSE = 1.0
"""Seconds until a read is tried again: the database can't be reached, or the tenant has its share.
"""


class EventStream:
    """`position` is the one up to which the client has been sent everything. `cut` ends the
    connection, and `leave` frees the place of the stream; each is set once there is one."""

    def __init__(
        self,
        source: Source,
        wanted: StreamFilter,
        until: float,
        still_valid: Callable[[], Awaitable[bool]],
    ):
        self.source = source
        self._still_valid = still_valid
        self._until = until
        self._loop = asyncio.get_running_loop()
        self._sent = self._loop.time()
        self._check = self._next_check()
        self.wanted = wanted
        self.position = 0
        self.cut: Callable[[], None] = lambda: None
        self.leave: Callable[[], None] = lambda: None

    async def frames(self) -> AsyncIterator[bytes]:
        """The position where the stream begins, every event since, a comment when it has caught up,
        and then each event as it comes, until the stream has to end."""
        yield self._note(retry=RETRY)
        caught_up = announced = False
        while (end := await self._end()) is None:
            try:
                page = await self.source.frames(self.wanted, self.position)
            except (psycopg.OperationalError, LimitReached):
                await asyncio.sleep(PAUSE)
                if self._is_due():
                    yield self._note("heartbeat")
                continue
            except (Halted, Beyond):
                end = "the next event can't be told now"
                break
            if announced and page.last == self.position:
                # The log is shorter than it was: a replica without its last events took over.
                await asyncio.sleep(PAUSE)
            for start in range(0, len(page.sent), PIECE_BYTES):
                yield page.sent[start : start + PIECE_BYTES]
                self._sent = self._loop.time()
            self.position, more = page.last, page.more
            del page  # it counts as long as a stream holds it
            if more:
                continue
            if not caught_up:
                caught_up = True
                yield self._note("caught up")
            while not (announced := await self._news()):
                if (end := await self._end()) is not None:
                    break
                if self._is_due():
                    yield self._note("heartbeat")
        yield self._note(end)

    async def _news(self) -> bool:
        """Wait for news, but not beyond the next heartbeat or check; True if there are any."""
        due = min(self._sent + self.source.heartbeat, self._check)
        seconds = max(due - self._loop.time(), 0.001)
        return await self.source.heads.wait(self.wanted.tenant, self.position, seconds)

    async def _end(self) -> str | None:
        """The reason why the stream has to end; None if it goes on."""
        if self.source.stopping:
            return "the service is stopping"
        if self._loop.time() >= self._check:
            if not await self._still_valid():
                return "the token is no longer valid"
            self._check = self._next_check()
        return None

    def _next_check(self) -> float:
        left = max(self._until - time.time(), 0.05)
        return self._loop.time() + min(left, self.source.heartbeat)

    def _is_due(self) -> bool:
        return self._loop.time() >= self._sent + self.source.heartbeat

    def _note(self, comment: str | None = None, retry: int | None = None) -> bytes:
        self._sent = self._loop.time()
        return note(self.position, comment, retry=retry)
