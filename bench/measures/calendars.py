"""kith beside a calendar server: how soon each side has what was changed on the other, the first
look at a large calendar, and the looks at one in which nothing changes.

The server is Radicale, set to be fast as its documents say. Its processor time is apart, in the
column `other`. PostgreSQL's has a line of its own; it serves the bench's other processes as well.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bench.calendar_side import Side, beside
from bench.meters import Used, watching
from bench.plan import Bench
from bench.rounds import Result
from tests.infrastructure.calendars.servers import radicale

FAST = (
    *("--storage-type", "multifilesystem_nolock"),
    "--storage-use-mtime-and-size-for-item-cache",
)
"""By Radicale's page about performance: for one process on a local disk."""

PATIENCE = 600.0
"""Seconds after which what hasn't come has gone wrong."""

DUE = "UPDATE account_states SET next_at = now() - interval '1 s' RETURNING last_success"
SUCCESS = "SELECT last_success FROM account_states"


def run(bench: Bench) -> Iterator[Result]:
    with TemporaryDirectory(prefix="kith-radicale-") as name, radicale(Path(name), *FAST) as server:
        with beside(bench, server, "few") as side:
            yield from _latencies(bench, side)
        for size in bench.sizes.calendars:
            with beside(bench, server, f"of{size}") as side:
                yield from _large(bench, side, size)


def _latencies(bench: Bench, side: Side) -> Iterator[Result]:
    sizes, say = bench.sizes, bench.sayer("calendars")
    side.calendar.request("MKCALENDAR", side.url).raise_for_status()
    contact, account = side.contact(), side.connect()
    _until(lambda: side.get(account)["state"] == "active")
    say(f"{sizes.pushed} meetings made in kith")
    taken = [_pushed(side, contact) for _ in range(sizes.pushed)]
    name = "POST of a meeting to its event in the calendar"
    yield Result(f"{name}, median", "ms", median(taken))
    yield Result(f"{name}, slowest", "ms", max(taken), target=5_000, at_least=False)
    if sizes.polled:
        say(f"{sizes.polled} events moved in the calendar, until kith looks")
        taken = [_moved(side, contact, lambda: None) / 1000 for _ in range(sizes.polled)]
        name = "an event moved in the calendar to its meeting moved, by polling"
        yield Result(f"{name}, slowest", "s", max(taken), target=35, at_least=False)
    say(f"{sizes.synced} events moved in the calendar, and POST …/sync")
    taken = [
        _moved(side, contact, lambda: side.post(f"{account}/sync")) for _ in range(sizes.synced)
    ]
    name = "the same, from POST …/sync"
    yield Result(f"{name}, median", "ms", median(taken))
    yield Result(f"{name}, slowest", "ms", max(taken), target=2_000, at_least=False)


def _pushed(side: Side, contact: str) -> float:
    """Milliseconds from the request until the event is there."""
    time.sleep(random.random())
    begun = time.perf_counter()
    meeting = side.post("/api/meetings", _meeting(contact))
    _until(lambda: side.calendar.get(_event(side, meeting)).status_code == 200)
    return (time.perf_counter() - begun) * 1000


def _moved(side: Side, contact: str, then: Callable[[], object]) -> float:
    """Milliseconds from the change of an event, and what is done `then`, until its meeting is
    moved."""
    meeting = side.post("/api/meetings", _meeting(contact))
    url = _event(side, meeting)
    _until(lambda: side.calendar.get(url).status_code == 200)
    time.sleep(random.random())
    text = side.calendar.get(url).text
    moved = "".join(f"{_later(line)}\r\n" for line in text.splitlines())
    side.calendar.put(url, content=moved.encode()).raise_for_status()
    begun = time.perf_counter()
    then()
    shown = f"/api/meetings/{meeting['id']}"
    _until(lambda: side.get(shown)["scheduledDateTime"] != meeting["scheduledDateTime"])
    return (time.perf_counter() - begun) * 1000


def _large(bench: Bench, side: Side, size: int) -> Iterator[Result]:
    say = bench.sayer("calendars")
    say(f"putting {size:,} events into a calendar")
    side.fill(size)
    side.contact()
    say(f"the first look at {size:,} events")
    with watching(side.server.pid) as before:
        pass  # one look
    with watching(side.server.pid) as memory:
        used = Used.by(*side.pids)
        account = side.connect()
        shown = _progress(side, account, lambda seen: say(f"{seen:,} seen"))
        seconds, (ours, theirs, postgres) = used.seconds, used.processors
    name = f"first look at {size:,} events"
    yield Result(f"{name}; Radicale's processor", "s", seconds, theirs)
    yield Result(f"{name}: processor of kith", "s", ours)
    yield Result(f"{name}: processor of PostgreSQL", "s", postgres)
    yield Result(f"{name}: steps of progress that a client saw", "", shown)
    yield Result(f"{name}: memory of kith serve at most; before", "MB", memory.alone, before.alone)
    together = memory.together, before.together
    yield Result(f"{name}: the same with the processes that read; before", "MB", *together)
    say(f"{bench.sizes.idle_polls} looks at which nothing has changed")
    used = Used.by(*side.pids)
    for _ in range(bench.sizes.idle_polls):
        _look(side.database)
    polls = bench.sizes.idle_polls
    ours, theirs, _, taken = (1000 * each / polls for each in (*used.processors, used.seconds))
    name = f"a look at {size:,} events of which none changed"
    yield Result(
        f"{name}: processor of kith; of Radicale", "ms", ours, theirs, target=100, at_least=False
    )
    yield Result(f"{name}: until it is over", "ms", taken)


def _progress(side: Side, account: str, tell: Callable[[int], None]) -> int:
    """Wait for the end of the first look; the number of different states that were shown."""
    seen: set[int] = set()

    def is_over() -> bool:
        shown = side.get(account)
        if shown["progress"]["seen"] not in seen:
            seen.add(shown["progress"]["seen"])
            tell(shown["progress"]["seen"])
        return bool(shown["state"] == "active")

    _until(is_over, every=0.5)
    return len(seen)


def _look(database: str) -> None:
    """Have the account looked at, and wait until that is over."""
    with psycopg.connect(database, autocommit=True) as connection:
        before = connection.execute(DUE).fetchone()
        _until(lambda: connection.execute(SUCCESS).fetchone() != before)


def _meeting(contact: str) -> dict[str, Any]:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    return {"contactId": contact, "scheduledDateTime": soon.isoformat(), "purpose": "Renewal"}


def _event(side: Side, meeting: dict[str, Any]) -> str:
    return f"{side.url}{meeting['id']}.ics"


def _later(line: str) -> str:
    """The same line of an event, an hour later if it is its start or its end."""
    name, _, value = line.partition(":")
    if name not in ("DTSTART", "DTEND"):
        return line
    at = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) + timedelta(hours=1)
    return f"{name}:{at:%Y%m%dT%H%M%SZ}"


def _until(found: Callable[[], bool], every: float = 0.02) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not found():
        if time.monotonic() > deadline:
            raise TimeoutError(f"kith has not come so far within {PATIENCE:g} seconds.")
        time.sleep(every)
