"""The source of all streams of a process: pages of frames, shared by streams at one position.

A stream has no queue: it keeps its position in the log and reads on from there, as fast as its
client takes what it is sent. Those at the head of one tenant's log read the same page at the same
time, so they share it, as bytes. The bytes of all pages that streams hold are bounded.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple
from weakref import finalize

from api.streams.frames import frame
from infrastructure.postgres.single_flight import SingleFlight
from infrastructure.publishing.event_redaction import RestrictedEvent
from infrastructure.publishing.tenant_feed import EventQuery, TenantFeed
from infrastructure.publishing.tenant_heads import Heads
from infrastructure.tenant_limiter import LimitReached

HEARTBEAT = 15.0
"""Seconds of silence after which a heartbeat is sent."""

PATIENCE = 30.0
"""Seconds that a client may leave a frame unread before its connection is cut."""

PAGE_SIZE, PAGE_BYTES = 100, 256_000
"""Events and bytes of one page of frames; the frame that crosses a bound is included."""

PIECE_BYTES = 16_000
"""Bytes of one send: what a stream holds beside its page while its client doesn't read."""

HELD, HELD_OF_A_TENANT = 64_000_000, 16_000_000
"""Bytes of pages that streams hold. The page that crosses a bound is the last until one is gone."""


class StreamFilter(NamedTuple):
    """The filter of a client's stream, as in `EventQuery`; `open_tags` are the restricted tags that
    the client opened. One that `audits` sees what was deleted."""

    tenant: str
    types: frozenset[str]
    subject: str | None
    open_tags: frozenset[str]
    audits: bool = False


@dataclass(frozen=True, eq=False)
class Frames:
    """A page as it is sent; see `EventPage`."""

    sent: bytes
    last: int
    more: bool


class Source:
    """`heartbeat` and `patience` are seconds; all streams end once `stopping` is set."""

    def __init__(self, feed: TenantFeed, heads: Heads, base_url: str):
        self.feed = feed
        self.heads = heads
        self.heartbeat = HEARTBEAT
        self.patience = PATIENCE
        self.stopping = False
        self._base_url = base_url
        self._pages = SingleFlight(self._read, lambda asked: asked[0].tenant)
        self._held: Counter[str] = Counter()

    async def frames(self, wanted: StreamFilter, after: int) -> Frames:
        """The next page after a position. Raises as `TenantFeed.page`, and LimitReached if streams
        hold as much as they may."""
        return await self._pages.get((wanted, after))

    async def _read(self, asked: tuple[StreamFilter, int]) -> Frames:
        wanted, after = asked
        tenant = wanted.tenant
        if self._held[tenant] >= HELD_OF_A_TENANT or self._held.total() >= HELD:
            raise LimitReached
        query = EventQuery(tenant, after, wanted.types, wanted.subject, PAGE_SIZE)

        def tell(event: RestrictedEvent) -> bytes:
            return frame(event, wanted.open_tags, self._base_url, audits=wanted.audits)

        page = await self.feed.told(query, tell, PAGE_BYTES)
        frames = Frames(b"".join(page.events), page.last, page.more)
        self._held[tenant] += len(frames.sent)
        finalize(frames, self._let_go, tenant, len(frames.sent))
        return frames

    def _let_go(self, tenant: str, size: int) -> None:
        """The last stream that held a page has sent it."""
        self._held[tenant] -= size
        if not self._held[tenant]:
            del self._held[tenant]
