"""A process of the role `sync`, and the moment at which it is killed.

It is forked from a server that has loaded the modules of the role, as `kith serve` does for itself:
a process that starts in a second of its own spends most of its life loading.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from random import Random
from types import ModuleType
from typing import Any, NamedTuple

from api.cli.main import main
from infrastructure.outside.client import Client

LOADED = ["api.cli.serve", "infrastructure.calendars.icalendar.reading", __name__]
"""Modules that the server of forks has loaded."""

LONGEST_LIFE = 1.5
"""Seconds between the start of a process's work and its end, at most."""

NEAR = 0.05
"""Seconds after the beginning of a request in which it is answered, and its outcome noted."""

MOST_REQUESTS, MOST_PUTS = 10, 3
"""The last request, and the last PUT, that a process is killed at."""

Mutant = Callable[[], None]
"""Changes the role in its process. A function of a module."""

_forks = multiprocessing.get_context("forkserver")


class Moment(NamedTuple):
    """`seconds` after the process began to work; or after it began its `request`, counted from 1,
    of those of a method if one is named. A process that doesn't get there in `limit` seconds is
    killed then."""

    seconds: float
    request: int | None = None
    method: str | None = None
    limit: float = LONGEST_LIFE

    @classmethod
    def at_random(cls, random: Random) -> "Moment":
        """Any moment, or one at any request, or one at a PUT, which has its link noted soon. Half
        of the latter are within a quarter of the time in which a request is answered."""
        near = NEAR * random.random() ** 2
        return random.choice(
            (
                cls(random.random() * LONGEST_LIFE),
                cls(near, random.randint(1, MOST_REQUESTS)),
                cls(near, random.randint(1, MOST_PUTS), "PUT"),
            )
        )

    @property
    def life(self) -> float:
        """Seconds of work after which the process is killed from outside."""
        return self.limit if self.request else self.seconds


class KilledProcess:
    """`settings` are variables of its environment."""

    def __init__(
        self,
        settings: Mapping[str, str],
        moment: Moment | None = None,
        mutant: Mutant | None = None,
    ):
        _forks.set_forkserver_preload(LOADED)
        self._told, telling = _forks.Pipe(duplex=False)
        self._process = _forks.Process(target=_work, args=(dict(settings), telling, moment, mutant))
        self._process.start()
        telling.close()

    async def working(self) -> None:
        """Wait until the process has said that it runs, or has died."""
        await asyncio.to_thread(os.read, self._told.fileno(), 1)

    async def live(self, seconds: float) -> None:
        """Wait so long, or until it has died."""
        await asyncio.to_thread(self._process.join, max(0.0, seconds))

    async def end(self, number: signal.Signals) -> bool:
        """End the process by a signal; False if it had died before."""
        alive = self._process.exitcode is None
        assert self._process.pid is not None
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, number)
        await asyncio.to_thread(self._process.join)
        self._process.close()
        self._told.close()
        return alive


def _work(
    settings: dict[str, str], telling: Connection, moment: Moment | None, mutant: Mutant | None
) -> None:
    # Processes that read texts load the main module of the one that starts them: not the tests'.
    sys.modules["__main__"] = ModuleType("__main__")
    for name in [name for name in os.environ if name.startswith("KITH_")]:
        del os.environ[name]
    os.environ.update(settings)
    os.dup2(telling.fileno(), sys.stderr.fileno())
    telling.close()
    if moment is not None and moment.request is not None:
        _aim(moment, moment.request)
    if mutant is not None:
        mutant()
    sys.exit(main(["serve", "--role", "sync"]))


def _aim(moment: Moment, left: int) -> None:
    """Die by a signal that nothing in the process can catch or delay."""
    request = Client.request

    async def counted(client: Client, method: str, *given: Any, **named: Any) -> Any:
        nonlocal left
        if moment.method in (None, method):
            left -= 1
            if left == 0:
                threading.Timer(moment.seconds, die).start() if moment.seconds else die()
        return await request(client, method, *given, **named)

    Client.request = counted  # type: ignore[method-assign,assignment]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
