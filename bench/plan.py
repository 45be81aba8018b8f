"""How much of everything is measured, and what the measures are given to work with."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.rounds import Result
from bench.seeds import Contacts
from bench.servers import Ground, Server


@dataclass(frozen=True, slots=True)
class Sizes:
    """Requests, events and messages of one round, chosen so that a round takes a few seconds."""

    rounds: int = 5
    posts: int = 6_000
    posts_alone: int = 1_500
    gets: int = 3_000
    pages: int = 400
    busy: int = 10_000
    deep: int = 100_000
    depth: int = 50_000
    catch_up: int = 200_000
    catch_up_library: int = 4_000
    appends: int = 50_000
    appends_library: int = 4_000
    mails: int = 12_000
    site: int = 200_000
    searches: int = 600
    relayed: int = 40_000
    arrivals: int = 300
    streams: int = 1_000
    idle_seconds: float = 20.0
    calendars: tuple[int, ...] = (1_000, 10_000)
    pushed: int = 20
    polled: int = 3
    synced: int = 10
    idle_polls: int = 10


QUICK = Sizes(
    rounds=1,
    posts=320,
    posts_alone=60,
    gets=160,
    pages=20,
    busy=500,
    deep=1_000,
    depth=400,
    catch_up=3_000,
    catch_up_library=200,
    appends=1_000,
    appends_library=200,
    mails=300,
    site=2_000,
    searches=60,
    relayed=1_000,
    arrivals=20,
    streams=20,
    idle_seconds=2.0,
    calendars=(40,),
    pushed=2,
    polled=0,
    synced=2,
    idle_polls=2,
)
"""Shows that everything runs; its figures mean nothing."""


@dataclass(frozen=True, slots=True)
class Phase:
    """The cost of a commit while something is measured."""

    name: str
    commit_delay: int
    """Microseconds."""


DISK = Phase("disk as it is", 0)
ONE_MILLISECOND = Phase("1 ms commits", 1000)
PHASES = (DISK, ONE_MILLISECOND)


@dataclass(slots=True)
class Bench:
    """Everything that runs, and what is already there."""

    ground: Ground
    contacts: Contacts
    kith: Server
    peer: Server
    sizes: Sizes
    mailbox: Path | None = None
    me: str = ""
    phase: Phase = DISK
    _started: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Tell whoever waits how far it is."""
        print(f"{time.monotonic() - self._started:5.0f} s  {text}", file=sys.stderr, flush=True)

    def sayer(self, measure: str) -> Callable[[str], None]:
        return lambda text: self.say(f"{measure} ({self.phase.name}): {text}")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, and whether a commit's cost matters to it. `run` gives the lines of the table; a
    measure that isn't `seeded` needs nothing of what is there already."""

    name: str
    run: Callable[[Bench], Iterator[Result]]
    phases: tuple[Phase, ...] = (DISK,)
    seeded: bool = True
