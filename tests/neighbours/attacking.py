"""An attack beside the quiet tenant, from a process of its own."""

import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from tests.neighbours.place import Place
from tests.neighbours.quiet import Quiet, Seen

SECONDS = 4.0
PATIENCE = 30.0
"""Seconds for the attacker to start and to end."""

LIMIT_SECONDS = 1.0
LIMIT_RATIO = 10
LIMIT_MEGABYTES = 300


@dataclass(frozen=True)
class Target:
    """The address and the attacker's token, as another process can be given them; and the database
    and the code of `kith`, which an import has too."""

    port: int
    token: str
    conninfo: str
    code: str

    @property
    def authorization(self) -> bytes:
        return b"Authorization: Bearer %s\r\n" % self.token.encode()

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
            trust_env=False,
        )


Strike = Callable[[Target, float], None]
"""An attack on a target, for so many seconds."""


@dataclass(frozen=True)
class Verdict:
    alone: Seen
    beside: Seen

    @property
    def complaints(self) -> list[str]:
        """The promises to the quiet tenant that were broken."""
        limit = max(LIMIT_SECONDS, LIMIT_RATIO * self.alone.slowest)
        found = list(self.beside.errors[:5])
        if self.beside.slowest > limit:
            found.append(f"slowest answer above {limit:.1f} s")
        if self.beside.growth > LIMIT_MEGABYTES:
            found.append(f"memory grew by more than {LIMIT_MEGABYTES} MB")
        return found

    def __str__(self) -> str:
        return f"alone: {self.alone}\nbeside: {self.beside}"


def beside(
    place: Place,
    strike: Strike,
    seconds: float = SECONDS,
    alone: Seen | None = None,
    *,
    until_noticed: bool = False,
) -> Verdict:
    """The quiet tenant alone for a while, unless that is known, and then beside the attack;
    `until_noticed` ends it with the first complaint."""
    quiet = Quiet(place)
    if alone is None:
        with quiet.watching() as alone:
            time.sleep(min(seconds, 20) / 2)
    target = Target(place.port, place.token("loud"), place.conninfo, place.code)
    attacker = multiprocessing.get_context("spawn").Process(
        target=_strike, args=(strike, target, seconds), daemon=True
    )
    with quiet.watching() as seen:
        attacker.start()
        deadline = time.monotonic() + seconds + PATIENCE
        while attacker.is_alive() and time.monotonic() < deadline:
            attacker.join(0.1)
            if until_noticed and Verdict(alone, seen).complaints:
                break
        failed = attacker.exitcode
        attacker.kill()  # it may still wait for an answer
        time.sleep(0.5)  # for the effects that outlast the attacker
    assert not failed, "the attacker failed"
    return Verdict(alone, seen)


def _strike(strike: Strike, target: Target, seconds: float) -> None:
    os.nice(5)  # the attacker's own machine would be another one
    strike(target, seconds)
