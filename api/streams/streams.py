"""The event streams that clients hold open in this process, and their bound."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from api.streams.source import Source, StreamFilter
from api.streams.stream import EventStream
from infrastructure.publishing.tenant_feed import Beyond, TenantFeed
from infrastructure.publishing.tenant_heads import Heads

LAST_WORDS = 1.0
"""Seconds that clients have for the end of their streams when the service stops."""


class TooMany(Exception):
    """This process holds as many streams as it may."""


class EventStreams:
    """At most `most` streams, and at most half of them for any one tenant."""

    def __init__(self, feed: TenantFeed, heads: Heads, *, base_url: str, most: int):
        self.source = Source(feed, heads, base_url)
        self._most = most
        self._open: set[EventStream] = set()
        self._of_tenant: Counter[str] = Counter()

    @property
    def count(self) -> int:
        return len(self._open)

    async def open(
        self,
        wanted: StreamFilter,
        after: int | None,
        *,
        until: float,
        still_valid: Callable[[], Awaitable[bool]],
    ) -> EventStream:
        """A stream of what comes after a position, or from now on. From the time `until`, in
        seconds since 1970, and with every heartbeat before it, it has to be `still_valid`. Its
        `leave` has to be called in the end.

        Raises TooMany, Beyond, LimitReached, psycopg.OperationalError and PoolTimeout.
        """
        of_tenant, half = self._of_tenant[wanted.tenant], max(1, self._most // 2)
        if self.source.stopping or self.count >= self._most or of_tenant >= half:
            raise TooMany
        stream = EventStream(self.source, wanted, until, still_valid)
        with ExitStack() as held:
            self._open.add(stream)
            self._of_tenant[wanted.tenant] += 1
            held.callback(self._forget, stream)
            await self.source.heads.follow(wanted.tenant)
            held.callback(self.source.heads.leave, wanted.tenant)
            head = await self.source.feed.head(wanted.tenant)
            if after is not None and after > head:
                raise Beyond
            stream.position = head if after is None else after
            stream.leave = held.pop_all().close
        return stream

    def _forget(self, stream: EventStream) -> None:
        self._open.discard(stream)
        self._of_tenant[stream.wanted.tenant] -= 1
        if not self._of_tenant[stream.wanted.tenant]:
            del self._of_tenant[stream.wanted.tenant]

    def stop(self) -> None:
        """End all streams, and open no more."""
        self.source.stopping = True
        self.source.heads.ring()
        asyncio.get_running_loop().call_later(LAST_WORDS, self._cut_all)

    def _cut_all(self) -> None:
        for stream in tuple(self._open):
            stream.cut()
