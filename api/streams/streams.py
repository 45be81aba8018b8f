"""The event streams that clients hold open here: how many there are, and what each is told next.

A stream has no queue: it keeps its position in the log and reads on from there, as fast as its
client takes what it is sent. Those at the head of one tenant's log read the same page at the same
time, so they share it, as bytes.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from api.streams.frames import frame
from api.streams.stream import Stream, Wanted
from infrastructure.postgres.single_flight import SingleFlight
from infrastructure.publishing.tenant_feed import Beyond, Question, TenantLog
from infrastructure.publishing.tenant_heads import Heads

HEARTBEAT = 15.0
"""Seconds of silence after which a sign of life is sent."""

PATIENCE = 30.0
"""Seconds that a client may take nothing of what it is sent, before it is cut."""

LAST_WORDS = 1.0
"""Seconds that clients have for the end of their streams when the service stops."""

PAGE_SIZE, PAGE_BYTES, PIECE_BYTES = 100, 256_000, 16_000
"""Of what is read at once, and of what is sent at once: with the event that goes beyond."""


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
        self._pages = SingleFlight(self._read, lambda asked: asked[0].tenant)
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
    ) -> Stream:
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

    def leave(self, stream: Stream) -> None:
        self.heads.leave(stream.wanted.tenant)
        self._forget(stream)

    def _forget(self, stream: Stream) -> None:
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
