"""The role `sync` is killed at random moments between a real calendar server and a ledger.

`python -m tests.infrastructure.sync.killing ROUNDS` prints the differences between both sides, of
which each house ought to have none; several houses are in hand at a time.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psycopg
import uvloop
from psycopg import sql
from tqdm import tqdm

from infrastructure.embedded import EmbeddedPostgres
from infrastructure.embedded.owner import OWNER
from tests.infrastructure.calendars.servers import Server, radicale
from tests.infrastructure.projecting.support import Ledger, ledger
from tests.infrastructure.sync.killed_house import KilledHouse
from tests.infrastructure.sync.killed_process import Moment, Mutant

AT_ONCE = 4
"""Houses in hand: a process mostly waits."""

ROUNDS_OF_A_HOUSE = 25
"""Rounds until both sides have to agree, and a house of its own follows."""


async def killed(
    opened: Ledger,
    server: Server,
    rounds: int,
    random: Random,
    *,
    moment: Moment | None = None,
    mutant: Mutant | None = None,
    told: Callable[[], object] = lambda: None,
    deaths: Counter[str] | None = None,
) -> list[str]:
    """The differences in a house after so many rounds, each `told`; its `deaths` are counted."""
    house = KilledHouse(opened, server, random, mutant)
    await house.begin()
    try:
        for _ in range(rounds):
            await house.round(moment)
            told()
        return await house.settle()
    finally:
        await house.end()
        if deaths is not None:
            deaths.update(house.deaths)


class Campaign:
    """Houses that are in hand one after the other, or at once; each has a database of its own."""

    def __init__(self, postgres: EmbeddedPostgres, server: Server, rounds: int, seed: int):
        self._postgres = postgres
        self._server = server
        self._seed = seed
        begun = range(0, rounds, ROUNDS_OF_A_HOUSE)
        sizes = [min(ROUNDS_OF_A_HOUSE, rounds - done) for done in begun]
        self._houses = iter(enumerate(sizes))
        self._bar = tqdm(total=rounds, unit=" kills", smoothing=0.05)
        self.deaths = Counter[str]()
        self.wrong: list[str] = []

    async def run(self, at_once: int) -> None:
        with self._bar:
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(self._work())

    async def _work(self) -> None:
        for number, rounds in self._houses:
            random = Random(f"{self._seed}/{number}")
            with self._database(f"house_{number}") as conninfo:
                async with ledger(conninfo) as opened:
                    found = await killed(
                        opened,
                        self._server,
                        rounds,
                        random,
                        told=self._bar.update,
                        deaths=self.deaths,
                    )
            self.wrong += [f"house {number}: {each}" for each in found]

    @contextmanager
    def _database(self, name: str) -> Iterator[str]:
        named = sql.Identifier(name)
        with psycopg.connect(self._postgres.superuser_url, autocommit=True) as connection:
            owner = sql.Identifier(OWNER)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(named, owner))
            yield self._postgres.url.replace("/kith?", f"/{name}?", 1)
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="houses in hand at a time")
    args = parser.parse_args()
    sys.stdout.write(f"seed {args.seed}\n")
    sys.stdout.flush()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kith-kills-") as name:
        Path(name).chmod(0o711)
        (Path(name) / "radicale").mkdir()
        with EmbeddedPostgres(Path(name)) as postgres, radicale(Path(name) / "radicale") as server:
            campaign = Campaign(postgres, server, args.rounds, args.seed)
            uvloop.run(campaign.run(args.at_once))
    kinds = ", ".join(f"{count} {kind}" for kind, count in campaign.deaths.most_common())
    taken = time.monotonic() - started
    sys.stdout.write(f"{campaign.deaths.total()} kills in {taken:.0f} s: {kinds}\n")
    sys.stdout.write("\n".join(campaign.wrong or ["nothing is wrong"]) + "\n")
    return int(bool(campaign.wrong))


if __name__ == "__main__":
    sys.exit(main())
