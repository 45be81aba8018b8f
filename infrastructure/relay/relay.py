"""The relay: a follower that sends the log to Kafka, at least once and in order per contact.

A page is sent while the next one is prepared, and the checkpoints move once Kafka has acknowledged
all of it. After any failure the relay begins again at the checkpoints with another producer. An
event that can't be published halts the relay: nothing is skipped.

kafka-python blocks, so the producer is used in threads of its own: a Kafka that is down delays the
stream and nothing else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from kafka.errors import KafkaError

from infrastructure.following.checkpoints import UNVERSIONED
from infrastructure.following.session import Page, Part
from infrastructure.log.events import AT_ONCE
from infrastructure.log.folding import Item
from infrastructure.postgres.locks import RELAY_LOCK
from infrastructure.publishing.event_redaction import RestrictedEvent, restricted_until_halt
from infrastructure.relay.broker import (
    CONTACTS_TOPIC,
    TOPIC,
    TOPICS,
    Addressed,
    Broker,
    Unacknowledged,
)
from infrastructure.relay.cloud_events import message
from infrastructure.relay.contact_states import contact_messages
from infrastructure.settings import Settings
from projections.read_model import Step

PAGE_SIZE = 500

GRACE = 10.0
"""Seconds for Kafka to acknowledge the page under way when the relay is stopped."""

T = TypeVar("T")


class Relay(Part):
    follower = "relay"
    lock = RELAY_LOCK
    expected = (KafkaError, Unacknowledged)
    grace = GRACE

    def __init__(self, settings: Settings, *, page_size: int = PAGE_SIZE):
        self._settings = settings
        self.page_size = page_size
        self.versions = dict.fromkeys(TOPICS, UNVERSIONED)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        # Two: the producer is closed while a page may still be waited for.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="relay")
        try:
            self._broker = await self._in_thread(Broker, self._settings)
            try:
                yield
            finally:
                await self._in_thread(self._broker.close)
        finally:
            self._threads.shutdown(wait=False)

    async def prepare(self, items: Sequence[Item], last: int) -> Page:
        """The messages of a page, up to an event that can't be published. Raises Halted if that is
        the first one."""
        events = [item.recorded if isinstance(item, Step) else item for item in items]
        judged, last = await restricted_until_halt(events, last, self.session.log)
        page = [
            (item, one) for item, one in zip(items, judged, strict=False) if isinstance(item, Step)
        ]
        return Page(await self._messages(page), last)

    async def land(self, page: Page) -> None:
        """Send a page, and move the checkpoints when Kafka has acknowledged all of it."""
        await self._in_thread(self._send, page.content)
        await self.session.checkpoints.move(page.last)

    def _send(self, messages: Sequence[Addressed]) -> None:
        self._broker.send(messages)

    async def _messages(self, page: Sequence[tuple[Step, RestrictedEvent]]) -> list[Addressed]:
        """The messages for each topic that lacks them."""
        positions = self.session.checkpoints.positions
        found: list[Addressed] = []
        for count, (step, one) in enumerate(page, 1):
            if step.recorded.position > positions[TOPIC]:
                base_url, hidden = self._settings.base_url, one.hidden
                sent = message(step, hidden=hidden, base_url=base_url, withheld=one.deleted)
                found.append((TOPIC, sent))
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)
        contacts = positions[CONTACTS_TOPIC]
        steps = [step for step, _ in page if step.recorded.position > contacts]
        return found + [(CONTACTS_TOPIC, state) for state in contact_messages(steps)]

    async def _in_thread(self, call: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, call, *arguments)
