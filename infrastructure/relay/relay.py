"""Sends the log to Kafka: at least once, in order per contact, and never past a gap.

One relay at a time: it holds an advisory lock on the connection on which it moves the checkpoints.
It moves them when Kafka has acknowledged a whole page; after any failure it begins again there,
with another connection and another producer. While a page is on its way, the next is made ready.

It lives in a thread of its own, because kafka-python waits: a Kafka that is down delays the stream
and nothing else.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from kafka.errors import KafkaError

from infrastructure.postgres.locks import RELAY_LOCK
from infrastructure.relay.broker import CONTACTS_TOPIC, TOPIC, Addressed, Broker, Unacknowledged
from infrastructure.relay.checkpoints import Checkpoints, Moved
from infrastructure.relay.cloud_events import message
from infrastructure.relay.contact_states import contact_messages
from infrastructure.relay.reading import Halted, Log, Told
from infrastructure.settings import Settings

logger = logging.getLogger(__name__)

PAGE_SIZE = 500

POLL = 0.05
"""Seconds between two looks at the log when nothing wakes it."""

STAND_BY = 0.25
"""Seconds between two tries to become the owner."""

SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between a failure and the next try; they double."""

EXPECTED = (psycopg.Error, KafkaError, Unacknowledged, Halted, Moved, OSError)


class Sent(NamedTuple):
    """A page on its way: `acknowledged` waits for Kafka; the page ends at the position `last`."""

    acknowledged: Callable[[], None]
    last: int


class Relay:
    """`make_broker` opens what pages are sent with."""

    def __init__(
        self,
        conninfo: str,
        settings: Settings,
        *,
        page_size: int = PAGE_SIZE,
        make_broker: Callable[[Settings], Broker] = Broker,
    ):
        self._conninfo = conninfo
        self._settings = settings
        self._page_size = page_size
        self._make_broker = make_broker
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._worked = False
        self.owner = False
        self.lag = 0
        """Events that Kafka hasn't acknowledged, as far as is known; 0 where this isn't the owner
        and so has nothing to send."""

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="relay", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Finish the page that is under way, if Kafka takes it."""
        self._stopped.set()
        self._wake.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 10)

    def wake(self) -> None:
        """Something has been appended; from any thread."""
        self._wake.set()

    def run(self) -> None:
        """Until it is stopped: whatever goes wrong is tried again, with growing pauses."""
        pause = SHORTEST_PAUSE
        while not self._stopped.is_set():
            self._worked = False
            try:
                self._hold()
            except EXPECTED as error:
                logger.warning("the relay starts again: %s: %s", type(error).__name__, error)
            except Exception:
                logger.exception("the relay starts again")
            finally:
                self.owner = False
            if self._worked:
                pause = SHORTEST_PAUSE
            self._stopped.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _hold(self) -> None:
        """Stand by for the lock, then relay until it is stopped or something goes wrong."""
        with _connected(self._conninfo) as connection, asyncio.Runner() as runner:
            while not self._try_lock(connection):
                self.lag = 0
                if self._stopped.wait(STAND_BY):
                    return
            self.owner = True
            log, checkpoints = Log(connection, runner), Checkpoints(connection)
            self.lag = log.head() - checkpoints.first
            broker = self._make_broker(self._settings)
            try:
                self._relay(log, broker, checkpoints)
            finally:
                broker.close()

    def _relay(self, log: Log, broker: Broker, checkpoints: Checkpoints) -> None:
        """Page after page, until it is stopped. What is under way then is finished."""
        under_way: Sent | None = None
        read = checkpoints.first
        while not self._stopped.is_set():
            self._wake.clear()
            page = self._page(log, read, checkpoints, under_way)
            messages = self._messages(page, checkpoints)
            if under_way is not None:
                self._land(under_way, checkpoints)
            elif not page:
                self._wake.wait(POLL)
            under_way = None
            if page:
                read = page[-1].step.recorded.position
                under_way = Sent(broker.send(messages), read)
            self.lag = log.head() - checkpoints.first if page else 0
        if under_way is not None:
            self._land(under_way, checkpoints)

    def _page(
        self, log: Log, after: int, checkpoints: Checkpoints, under_way: Sent | None
    ) -> list[Told]:
        try:
            return log.page(after, self._page_size)
        except Halted:
            # What can be told is: otherwise it would be sent again and again.
            if under_way is not None:
                self._land(under_way, checkpoints)
            raise

    def _land(self, sent: Sent, checkpoints: Checkpoints) -> None:
        sent.acknowledged()
        checkpoints.move(sent.last)
        self._worked = True

    def _messages(self, page: list[Told], checkpoints: Checkpoints) -> list[Addressed]:
        """What a page has for each topic that hasn't got it yet."""
        events, contacts = checkpoints.of(TOPIC), checkpoints.of(CONTACTS_TOPIC)
        base_url = self._settings.base_url
        found = [
            (TOPIC, message(told.step, hidden=told.hidden, base_url=base_url))
            for told in page
            if told.step.recorded.position > events
        ]
        steps = [told.step for told in page if told.step.recorded.position > contacts]
        return found + [(CONTACTS_TOPIC, state) for state in contact_messages(steps)]

    def _try_lock(self, connection: psycopg.Connection[Any]) -> bool:
        ((locked,),) = connection.execute("SELECT pg_try_advisory_lock(%s)", (RELAY_LOCK,))
        return bool(locked)


@contextmanager
def _connected(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(
        conninfo,
        autocommit=True,
        connect_timeout=10,
        application_name="kith relay",
        # A peer that is gone is noticed within half a minute.
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    ) as connection:
        yield connection
