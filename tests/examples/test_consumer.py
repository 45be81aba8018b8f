"""The example consumer does what it is an example of: each event once, whenever it is killed."""

import importlib.util
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.brokers.broker import RealBroker
from tests.brokers.messages import consumed, header
from tests.infrastructure.projecting.support import Ledger, ledger
from tests.infrastructure.relay.support import caught_up, relaying, without_repeats

pytestmark = pytest.mark.anyio

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "consumer" / "consumer.py"
MUTANT = "import sys; from tests.examples.test_consumer import mutant; sys.exit(mutant())"
EVENTS = 600


@pytest.fixture
async def opened(module_database: str) -> AsyncIterator[Ledger]:
    async with ledger(module_database) as one:
        yield one


async def sent_with_repeats(opened: Ledger, broker: RealBroker) -> list[Any]:
    """The topic's messages: every event of some contacts' log, half of them twice."""
    contacts = [await opened.contact(f"Contact {number}") for number in range(10)]
    for contact in contacts:
        await opened.log_many(EVENTS // 10, contact=contact.id)
    async with relaying(opened, broker, page_size=100):
        await caught_up(opened)
    await opened.rows(
        "UPDATE checkpoints SET position = position / 2 WHERE name = 'kith.events.v1' RETURNING 1"
    )
    async with relaying(opened, broker, page_size=100):
        await caught_up(opened)
    messages = consumed(broker)
    assert len(messages) > len(without_repeats(messages)) > EVENTS
    return messages


def expected(messages: Sequence[Any]) -> Counter[tuple[str, str]]:
    kept = without_repeats(messages)
    return Counter((message.key.decode(), header(message, "ce_type")) for message in kept)


def tallied(database: Path) -> Counter[tuple[str, str]]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT contact, type, events FROM tally")
        return Counter({row[:2]: row[2] for row in rows})


def progress(database: Path) -> int:
    """Messages behind the kept positions."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        ((offsets,),) = connection.execute("SELECT coalesce(sum(next), 0) FROM positions")
        return int(offsets)
    return 0


def command(database: Path, broker: RealBroker, *program: str) -> list[str]:
    options = ("--kafka", broker.address, "--database", str(database), "--until-end")
    return [sys.executable, *program, *options]


def ended(arguments: Sequence[str]) -> int:
    return subprocess.run(arguments, cwd=ROOT, check=False, timeout=240).returncode


def follow(database: Path, broker: RealBroker, total: int) -> None:
    """To the topic's end, killed at random moments on the way."""
    moments = sorted(random.sample(range(total), 5))
    logger.warning("the consumer is killed at %s of %d messages", moments, total)
    for moment in moments:
        process = subprocess.Popen(command(database, broker, str(EXAMPLE)), cwd=ROOT)
        while progress(database) < moment and process.poll() is None:
            time.sleep(0.001)
        process.kill()
        process.wait()
    assert ended(command(database, broker, str(EXAMPLE))) == 0


async def test_each_event_counts_once_whenever_the_consumer_is_killed(
    opened: Ledger, broker: RealBroker, tmp_path: Path
):
    messages = await sent_with_repeats(opened, broker)
    database = tmp_path / "tally.db"
    follow(database, broker, len(messages))
    assert tallied(database) == expected(messages)


async def test_a_position_kept_before_the_effect_is_detected(
    opened: Ledger, broker: RealBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    messages = await sent_with_repeats(opened, broker)
    database = tmp_path / "tally.db"
    monkeypatch.setenv("KILLED", str(tmp_path / "killed"))
    follows = command(database, broker, "-c", MUTANT)
    assert [ended(follows), ended(follows)] == [-signal.SIGKILL, 0]
    assert tallied(database) != expected(messages)


def mutant() -> int:
    """The example with the position in a transaction of its own, before the effect; the first
    process is killed in between."""
    example = loaded()

    class PositionFirst(example.Follower):  # type: ignore[name-defined, misc]
        def carry_out(self, messages: Sequence[Any]) -> None:
            self.keep_position(messages)
            killed = Path(os.environ["KILLED"])
            if not killed.exists():
                killed.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                self.take_all(messages)

    return int(example.main(PositionFirst))


def loaded() -> Any:
    spec = importlib.util.spec_from_file_location("consumer", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
