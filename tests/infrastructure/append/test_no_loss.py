"""A reader that resumes after its last position misses nothing, however many processes append and
however long some commits take. The same checks catch the mutants: one gives positions as ordinary
event stores do, the other reads the head before taking the lock."""

import psycopg
import pytest
from pydantic_core import from_json

from tests.infrastructure.append.checks import ALL, check_log
from tests.infrastructure.append.tailing import slow_ledger, tail_while, write

pytestmark = pytest.mark.anyio

EVENTS = 102_000
FEWER_EVENTS = 6_000
FEWEST_EVENTS = 1_800


async def test_a_reader_who_resumes_after_its_last_position_misses_nothing(database):
    ledger = slow_ledger(database(), every=499, seconds=0.02)
    reader, told = await tail_while(ledger, write(ledger, EVENTS, "own streams"))
    assert told == EVENTS
    assert reader.check(EVENTS) is None
    assert len(check_log(ledger)) == EVENTS


async def test_a_mutant_with_positions_of_a_sequence_is_caught(database):
    ledger = slow_ledger(database(), every=97, seconds=0.2)
    reader, told = await tail_while(
        ledger, write(ledger, FEWER_EVENTS, "own streams without a lock")
    )
    assert told == FEWER_EVENTS
    with psycopg.connect(ledger) as connection:
        (stored,) = connection.execute("SELECT count(*) FROM stored_events").fetchone() or (0,)
    assert stored == FEWER_EVENTS  # all of it is in the log, and yet
    assert "missed" in (reader.check(FEWER_EVENTS) or "")


def unfounded(conninfo: str) -> list[str]:
    """The records that say they rely on a version of a contact that wasn't its version then."""
    heads: dict[str, int] = {}
    found = []
    with psycopg.connect(conninfo) as connection:
        for _, stream, version, state in connection.execute(ALL):
            heads[stream] = version
            name = from_json(state)["data"].get("details", {}).get("name", "")
            if name.startswith("shared/"):
                relied_on, known = name.split()
                if heads[relied_on] != int(known):
                    found.append(name)
    return found


async def test_processes_that_share_streams_lose_nothing_and_rely_on_what_is(database):
    ledger = slow_ledger(database(), every=97, seconds=0.02)
    reader, told = await tail_while(ledger, write(ledger, FEWER_EVENTS, "shared streams"))
    assert told == FEWER_EVENTS
    assert reader.check(FEWER_EVENTS) is None
    assert len(check_log(ledger)) == FEWER_EVENTS
    assert unfounded(ledger) == []


async def test_a_mutant_that_looks_before_it_has_the_lock_is_caught(database):
    ledger = slow_ledger(database(), every=97, seconds=0.02)
    await tail_while(ledger, write(ledger, FEWEST_EVENTS, "shared streams read before the lock"))
    assert unfounded(ledger)
