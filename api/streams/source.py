"""The source of all streams of a process: pages of frames, shared by streams at one position.

A stream has no queue: it keeps its position in the log and reads on from there, as fast as its
client takes what it is sent. Those at the head of one tenant's log read the same page at the same
time, so they share it, as bytes.
"""

from typing import NamedTuple

from api.streams.frames import frame
from infrastructure.postgres.single_flight import SingleFlight
from infrastructure.publishing.event_redaction import RestrictedEvent
from infrastructure.publishing.tenant_feed import EventQuery, TenantFeed
from infrastructure.publishing.tenant_heads import Heads

HEARTBEAT = 15.0
"""Seconds of silence after which a heartbeat is sent."""

PATIENCE = 30.0
"""Seconds that a client may leave a frame unread before its connection is cut."""

PAGE_SIZE, PAGE_BYTES, PIECE_BYTES = 100, 256_000, 16_000
"""Events and bytes of one page of frames, and bytes of one send; the frame that crosses a bound is
included."""


class StreamFilter(NamedTuple):
    """The filter of a client's stream, as in `EventQuery`; `open_tags` are the restricted tags that
    the client opened. One that `audits` sees what was deleted."""

    tenant: str
    types: frozenset[str]
    subject: str | None
    open_tags: frozenset[str]
    audits: bool = False


class Frames(NamedTuple):
    """A page as it is sent; see `EventPage`."""

    pieces: list[bytes]
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

    async def frames(self, wanted: StreamFilter, after: int) -> Frames:
        """The next page after a position. Raises as `TenantFeed.page`."""
        return await self._pages.get((wanted, after))

    async def _read(self, asked: tuple[StreamFilter, int]) -> Frames:
        wanted, after = asked
        query = EventQuery(wanted.tenant, after, wanted.types, wanted.subject, PAGE_SIZE)

        def tell(event: RestrictedEvent) -> bytes:
            return frame(event, wanted.open_tags, self._base_url, audits=wanted.audits)

        page = await self.feed.told(query, tell, PAGE_BYTES)
        pieces = [b""]
        for told in page.events:
            if len(pieces[-1]) >= PIECE_BYTES:
                pieces.append(b"")
            pieces[-1] += told
        return Frames([piece for piece in pieces if piece], page.last, page.more)
