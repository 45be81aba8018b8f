"""One stream: what its client is sent, from where it began until it has to end."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from psycopg_pool import PoolTimeout

from api.streams.frames import note
from infrastructure.publishing.event_redaction import Halted
from infrastructure.publishing.tenant_feed import Beyond

if TYPE_CHECKING:
    from api.streams.streams import EventStreams

RETRY = 1_000
"""Milliseconds."""

PAUSE = 1.0
"""Seconds until a database that couldn't be reached is tried again."""


class Wanted(NamedTuple):
    """What a client follows: see `Question`; `open_tags` are the restricted tags it opened."""

    tenant: str
    types: frozenset[str]
    subject: str | None
    open_tags: frozenset[str]


class Stream:
    """`position` is the one up to which its client has been sent everything. `cut` ends the
    connection; it is set once there is one."""

    def __init__(
        self,
        streams: "EventStreams",
        wanted: Wanted,
        until: float,
        still_valid: Callable[[], Awaitable[bool]],
    ):
        self._streams = streams
        self._still_valid = still_valid
        self._until = until
        self._loop = asyncio.get_running_loop()
        self._sent = self._loop.time()
        self._check = self._next_check()
        self.wanted = wanted
        self.position = 0
        self.cut: Callable[[], None] = lambda: None

    @property
    def patience(self) -> float:
        return self._streams.patience

    def leave(self) -> None:
        self._streams.leave(self)

    async def frames(self) -> AsyncIterator[bytes]:
        """What the client is sent: where it begins, everything since, a sign when that was all,
        and then whatever comes, until it has to end."""
        yield self._note(retry=RETRY)
        caught_up = announced = False
        while (end := await self._end()) is None:
            try:
                page = await self._streams.frames(self.wanted, self.position)
            except (psycopg.OperationalError, PoolTimeout):
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
            for piece in page.pieces:
                yield piece
                self._sent = self._loop.time()
            self.position = page.last
            if page.more:
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
        """Wait for more, but not beyond what has to be done next."""
        due = min(self._sent + self._streams.heartbeat, self._check)
        seconds = max(due - self._loop.time(), 0.001)
        return await self._streams.heads.wait(self.wanted.tenant, self.position, seconds)

    async def _end(self) -> str | None:
        """Why it has to end, if it has to."""
        if self._streams.stopping:
            return "the service is stopping"
        if self._loop.time() >= self._check:
            if not await self._still_valid():
                return "the token is no longer valid"
            self._check = self._next_check()
        return None

    def _next_check(self) -> float:
        left = max(self._until - time.time(), 0.05)
        return self._loop.time() + min(left, self._streams.heartbeat)

    def _is_due(self) -> bool:
        return self._loop.time() >= self._sent + self._streams.heartbeat

    def _note(self, comment: str | None = None, retry: int | None = None) -> bytes:
        self._sent = self._loop.time()
        return note(self.position, comment, retry=retry)
