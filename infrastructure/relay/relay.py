"""Sends the log to Kafka: at least once, in order per contact, and never past a gap.

One relay at a time: it holds an advisory lock on the connection on which it moves the checkpoint,
by compare-and-set, so that a stalled owner can't become a second one. It moves it when Kafka has
acknowledged a whole page; after any failure it begins again from there, with another connection
and another producer.

It lives in a thread of its own, because kafka-python waits: a Kafka that is down delays the stream
and nothing else.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from kafka.errors import KafkaError

from infrastructure.postgres.locks import RELAY_LOCK
from infrastructure.relay.broker import TOPIC, Broker, Unacknowledged
from infrastructure.relay.cloud_events import message
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


class Moved(Exception):
    """Somebody else moved the checkpoint."""


EXPECTED = (psycopg.Error, KafkaError, Unacknowledged, Halted, Moved, OSError)


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
            log = Log(connection, runner)
            after = self._checkpoint(connection)
            self.lag = log.head() - after
            broker = self._make_broker(self._settings)
            try:
                while not self._stopped.is_set():
                    after = self._relay(connection, log, broker, after)
            finally:
                broker.close()

    def _relay(
        self, connection: psycopg.Connection[Any], log: Log, broker: Broker, after: int
    ) -> int:
        """One page, if there is one; the checkpoint then."""
        self._wake.clear()
        page = log.page(after, self._page_size)
        if not page:
            self.lag = 0
            self._wake.wait(POLL)
            return after
        self.lag = log.head() - after
        last = self._send(connection, broker, page, after)
        self.lag -= last - after
        self._worked = True
        return last

    def _send(
        self,
        connection: psycopg.Connection[Any],
        broker: Broker,
        page: list[Told],
        after: int,
    ) -> int:
        base_url = self._settings.base_url
        acknowledged = broker.send(
            [message(told.step, hidden=told.hidden, base_url=base_url) for told in page]
        )
        acknowledged()
        last = page[-1].step.recorded.position
        self._move(connection, after, last)
        return last

    def _try_lock(self, connection: psycopg.Connection[Any]) -> bool:
        ((locked,),) = connection.execute("SELECT pg_try_advisory_lock(%s)", (RELAY_LOCK,))
        return bool(locked)

    def _checkpoint(self, connection: psycopg.Connection[Any]) -> int:
        connection.execute(
            "INSERT INTO relay_checkpoints (topic, checkpoint) VALUES (%s, 0) "
            "ON CONFLICT DO NOTHING",
            (TOPIC,),
        )
        ((checkpoint,),) = connection.execute(
            "SELECT checkpoint FROM relay_checkpoints WHERE topic = %s", (TOPIC,)
        )
        return int(checkpoint)

    def _move(self, connection: psycopg.Connection[Any], old: int, new: int) -> None:
        moved = connection.execute(
            "UPDATE relay_checkpoints SET checkpoint = %s WHERE topic = %s AND checkpoint = %s",
            (new, TOPIC, old),
        )
        if moved.rowcount != 1:
            raise Moved(f"the checkpoint is no longer {old}")


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
