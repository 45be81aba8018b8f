"""Processes that deliver are killed at any moment, and every event still arrives."""

import asyncio
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from infrastructure.webhooks.queue import Queue
from tests.infrastructure.projecting.support import Ledger, eventually, kill
from tests.infrastructure.webhooks.receiver import Answered, Received, Receiver
from tests.infrastructure.webhooks.support import SOON, dispatching, ended, subscribe

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
EVENTS = 300
LOGGED = "kith.interaction.logged.v1"
DONE = (
    "SELECT NOT EXISTS (SELECT FROM webhook_deliveries WHERE outcome = 'pending') AND "
    "(SELECT max(notification_id) FROM stored_events) = "
    "(SELECT position FROM checkpoints WHERE name = 'deliveries')"
)


class Sender:
    """A process that is started anew whenever it was killed."""

    def __init__(self, conninfo: str, *mistake: str):
        self._command = [sys.executable, "-m", f"{__package__}.sender", conninfo, *mistake]
        self._process = self._started()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = self._started()

    def start_again(self) -> None:
        """Once it has ended by itself."""
        self._process.wait(60)
        self._process = self._started()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.DEVNULL)


@contextmanager
def sending(opened: Ledger, *mistake: str) -> Iterator[Sender]:
    sender = Sender(opened.conninfo, *mistake)
    try:
        yield sender
    finally:
        sender.end()


class KillsOnce:
    """An endpoint that kills who sends, at the given requests, before it answers."""

    def __init__(self, sender: Sender, *requests: int):
        self._sender = sender
        self._requests = set(requests)
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self, _: Received) -> Answered:
        with self._lock:
            self._count += 1
            if self._count in self._requests:
                self._sender.kill()
        return Answered()


async def arrived(opened: Ledger, receiver: Receiver) -> Counter[str]:
    """The arrivals of each event, once all arrived, or nothing was left to do for a second."""
    left = asyncio.get_running_loop().time() + 1

    async def no_more_come() -> bool:
        nonlocal left
        if len({event["id"] for event in receiver.events}) == EVENTS:
            return True
        now = asyncio.get_running_loop().time()
        if not await opened.value(DONE):
            left = now + 1
        return now > left

    await eventually(no_more_come, 300)
    return Counter(event["id"] for event in receiver.events)


async def check_complete(opened: Ledger, found: Counter[str]) -> None:
    """Each event that was asked for at least once, none invented."""
    rows = await opened.rows(
        "SELECT convert_from(state, 'UTF8')::json->>'id' FROM stored_events WHERE topic = %s",
        LOGGED,
    )
    assert set(found) == {row[0] for row in rows}
    assert len(found) == EVENTS


async def test_a_delivery_killed_before_its_outcome_is_noted_is_sent_again(opened, receiver):
    webhook = await subscribe(opened, receiver.url, LOGGED)
    with sending(opened) as sender:
        receiver.answer = KillsOnce(sender, 1, 100, 200)
        await opened.log_many(EVENTS)
        await ended(opened, webhook.id, EVENTS, 300)
        found = await arrived(opened, receiver)
    await check_complete(opened, found)
    assert found.total() > EVENTS  # at least once, and here more than once


async def test_the_check_finds_a_sender_that_notes_too_early(opened, receiver):
    webhook = await subscribe(opened, receiver.url, LOGGED)
    with sending(opened, "notes too early") as sender:
        receiver.answer = KillsOnce(sender, 1, 100)
        await opened.log_many(EVENTS)
        await ended(opened, webhook.id, EVENTS, 300)
        found = await arrived(opened, receiver)
    assert 0 < len(found) < EVENTS
    with pytest.raises(AssertionError):
        await check_complete(opened, found)


async def test_every_event_arrives_though_database_connections_are_cut(opened, receiver):
    await subscribe(opened, receiver.url, LOGGED)
    async with dispatching(opened, retries=SOON * 10, make_queue=partial(Queue, lease=1.0)):
        for _ in range(5):
            await opened.log_many(EVENTS // 5)
            await eventually(lambda: kill(opened.conninfo, "application_name = 'kith webhooks'"))
        found = await arrived(opened, receiver)
    await check_complete(opened, found)


async def test_the_check_finds_a_planner_that_moves_too_early(opened, receiver):
    await subscribe(opened, receiver.url, LOGGED)
    with sending(opened, "moves too early") as sender:
        await opened.log_many(EVENTS)
        await asyncio.to_thread(sender.start_again)
        found = await arrived(opened, receiver)
    assert 0 < len(found) < EVENTS
    with pytest.raises(AssertionError):
        await check_complete(opened, found)


async def test_every_event_arrives_though_the_sender_is_killed(opened, receiver):
    """Four times at random while events are appended."""
    await subscribe(opened, receiver.url, LOGGED)
    dice = random.Random(4711)
    with sending(opened) as sender:
        await opened.log_many(EVENTS // 5)
        await eventually(lambda: _some(receiver))
        for _ in range(4):
            await opened.log_many(EVENTS // 5)
            await asyncio.sleep(dice.uniform(0, 0.2))
            await asyncio.to_thread(sender.kill)
            await asyncio.sleep(dice.uniform(0.8, 1.6))
        found = await arrived(opened, receiver)
    await check_complete(opened, found)


async def _some(receiver: Receiver) -> bool:
    return bool(receiver.received)
