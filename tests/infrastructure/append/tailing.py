"""Processes that write while somebody tails the log, for the tests of no loss."""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import AsyncConnection

from infrastructure.log.reader import LogReader
from tests.infrastructure.append.support import prepare

ROOT = Path(__file__).parents[3]
WRITERS = 3
PAGE = 500

SLOW_COMMITS = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep({seconds} * random()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON stored_events DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.notification_id % {every} = 0) EXECUTE FUNCTION dawdle();
CREATE SEQUENCE mutant_positions;
"""


def slow_ledger(conninfo: str, *, every: int, seconds: float) -> str:
    """Every so many events, a transaction takes its time between its last statement and its
    commit."""
    prepare(conninfo, ())
    with psycopg.connect(conninfo) as connection:
        connection.execute(SLOW_COMMITS.format(every=every, seconds=seconds))
    return conninfo


@dataclass
class Reader:
    """Tails the log: asks again and again for what comes after the last position it saw, on a new
    connection now and then."""

    conninfo: str
    seen: list[int] = field(default_factory=list)

    async def read(self, writing: asyncio.Event) -> None:
        at_the_end = False
        while not at_the_end:
            async with await AsyncConnection.connect(self.conninfo, autocommit=True) as connection:
                for _ in range(200):
                    last_round = writing.is_set()
                    after = self.seen[-1] if self.seen else 0
                    events, _ = await LogReader(connection).page(after, PAGE)
                    self.seen += [event.position for _, event in events]
                    if not events:
                        at_the_end = last_round
                        await asyncio.sleep(0.001)
                    if at_the_end:
                        break

    def check(self, total: int) -> str | None:
        """The error in the positions seen, which should be 1 to total; None if there is none."""
        if self.seen != sorted(set(self.seen)):
            return "out of order, or twice"
        missed = set(range(1, total + 1)) - set(self.seen)
        return f"missed {len(missed)} of {total}" if missed else None


async def write(conninfo: str, events: int, way: str) -> int:
    """Let several processes write in one of the ways there are; the events they were told of."""

    async def writer(seed: int) -> int:
        command = ("-m", "tests.infrastructure.append.writing", conninfo)
        arguments = (str(events // WRITERS), str(seed), way)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return int(output)

    return sum(await asyncio.gather(*(writer(seed) for seed in range(WRITERS))))


async def tail_while(conninfo: str, writing) -> tuple[Reader, int]:
    reader, done = Reader(conninfo), asyncio.Event()
    reading = asyncio.create_task(reader.read(done))
    try:
        told = await writing
    finally:
        done.set()
    await reading
    return reader, told
