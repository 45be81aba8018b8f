"""The event streams that clients hold open here: how many there are, and what each is told next.

A stream has no queue: it keeps its position in the log and reads on from there, as fast as its
client takes what it is sent. Those at the head of one tenant's log read the same page at the same
time, so they share it, as bytes.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import psycopg
from fastapi.sse import format_sse_event
from psycopg_pool import PoolTimeout

from infrastructure.events.cloud_events import cloud_event
from infrastructure.events.judging import Halted, Told
from infrastructure.feed.heads import Heads
from infrastructure.feed.tenant_log import Beyond, Question, TenantLog
from infrastructure.postgres.single_flight import SingleFlight

HEARTBEAT = 15.0
"""Seconds of silence after which a sign of life is sent."""

PATIENCE = 30.0
"""Seconds that a client may take nothing of what it is sent, before it is cut."""

RETRY = 1_000
"""Milliseconds after which a client that was cut is asked to come back."""

PAUSE = 1.0
"""Seconds until a database that couldn't be reached is tried again."""

LAST_WORDS = 1.0
"""Seconds that clients have for the end of their streams when the service stops."""

PAGE_SIZE, PAGE_BYTES, PIECE_BYTES = 100, 256_000, 16_000
"""Of what is read at once, and of what is sent at once: with the event that goes beyond."""


class Wanted(NamedTuple):
    """What a client follows: see `Question`; `open_tags` are the restricted tags it opened."""

    tenant: str
    types: frozenset[str]
    subject: str | None
    open_tags: frozenset[str]


class TooMany(Exception):
    """This process holds as many streams as it may."""


class Frames(NamedTuple):
    """A page as it is sent; see `Page`."""

    pieces: list[bytes]
    last: int
    more: bool


class EventStreams:
    """`most` streams, half of them for any one tenant. `heartbeat` and `patience` are seconds."""

    def __init__(self, log: TenantLog, heads: Heads, *, base_url: str, most: int):
        self._log = log
        self._base_url = base_url
        self._most = most
        self._open: set[Stream] = set()
        self._of_tenant: Counter[str] = Counter()
        self._pages = SingleFlight(self._read)
        self.heads = heads
        self.heartbeat = HEARTBEAT
        self.patience = PATIENCE
        self.stopping = False

    @property
    def count(self) -> int:
        return len(self._open)

    async def open(
        self,
        wanted: Wanted,
        after: int | None,
        *,
        until: float,
        still_valid: Callable[[], Awaitable[bool]],
    ) -> "Stream":
        """A stream of what comes after a position, or from now on. From the time `until`, in
        seconds since 1970, and with every heartbeat before it, it has to be `still_valid`. Whoever
        opens it has to `leave` it.

        Raises TooMany, Beyond, psycopg.OperationalError and PoolTimeout.
        """
        half = max(1, self._most // 2)
        if self.stopping or self.count >= self._most or self._of_tenant[wanted.tenant] >= half:
            raise TooMany
        stream = Stream(self, wanted, until, still_valid)
        self._open.add(stream)
        self._of_tenant[wanted.tenant] += 1
        try:
            await self.heads.follow(wanted.tenant)
        except BaseException:
            self._forget(stream)
            raise
        try:
            head = await self._log.head()
            if after is not None and after > head:
                raise Beyond
            stream.position = head if after is None else after
        except BaseException:
            self.leave(stream)
            raise
        return stream

    def leave(self, stream: "Stream") -> None:
        self.heads.leave(stream.wanted.tenant)
        self._forget(stream)

    def _forget(self, stream: "Stream") -> None:
        self._open.discard(stream)
        self._of_tenant[stream.wanted.tenant] -= 1
        if not self._of_tenant[stream.wanted.tenant]:
            del self._of_tenant[stream.wanted.tenant]

    def stop(self) -> None:
        """End all streams, and take no more."""
        self.stopping = True
        self.heads.ring()
        asyncio.get_running_loop().call_later(LAST_WORDS, self._cut_all)

    def _cut_all(self) -> None:
        for stream in tuple(self._open):
            stream.cut()

    async def frames(self, wanted: Wanted, after: int) -> Frames:
        """The next page of what is wanted. Raises as `TenantLog.page`."""
        return await self._pages.get((wanted, after))

    async def _read(self, asked: tuple[Wanted, int]) -> Frames:
        wanted, after = asked
        question = Question(wanted.tenant, after, wanted.types, wanted.subject, PAGE_SIZE)
        page = await self._log.page(question, PAGE_BYTES)
        pieces = [b""]
        for told in page.told:
            if len(pieces[-1]) >= PIECE_BYTES:
                pieces.append(b"")
            pieces[-1] += frame(told, wanted.open_tags, self._base_url)
        return Frames([piece for piece in pieces if piece], page.last, page.more)


class Stream:
    """`position` is the one up to which its client has been sent everything. `cut` ends the
    connection; it is set once there is one."""

    def __init__(
        self,
        streams: EventStreams,
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
        caught_up = False
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
            for piece in page.pieces:
                yield piece
                self._sent = self._loop.time()
            self.position = page.last
            if page.more:
                continue
            if not caught_up:
                caught_up = True
                yield self._note("caught up")
            while not await self._news():
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
        """No event, but the position: events that aren't followed have moved it."""
        self._sent = self._loop.time()
        return format_sse_event(comment=comment, id=str(self.position), retry=retry)


def frame(told: Told, open_tags: frozenset[str], base_url: str) -> bytes:
    """An event as a stream sends it: clients in other languages rely on these bytes."""
    event = cloud_event(told.step, hidden=told.hidden_without(open_tags), base_url=base_url)
    recorded = told.step.recorded
    return format_sse_event(
        data_str=event.json().decode(), event=recorded.event.type, id=str(recorded.position)
    )
