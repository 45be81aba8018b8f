"""A process that appends as fast as it can, for the test of no loss: many callers, own streams.

`python -m tests.infrastructure.eventstore.writing CONNINFO EVENTS SEED [mutant]` prints how many
events it was told are in the log.
"""

import asyncio
import random
import sys

import uvloop

from infrastructure.eventstore.attempt import Attempt
from infrastructure.eventstore.batch import Plan, plan
from infrastructure.eventstore.flusher import Flusher
from infrastructure.eventstore.transaction import (
    BEGIN,
    COMMIT,
    INSERT_EVENTS,
    view_command,
    view_of,
    write_log,
)
from infrastructure.postgres.pipeline import PipelineConnection
from tests.infrastructure.eventstore.jobs import added, change, job, renamed, stream
from tests.infrastructure.eventstore.support import process

CALLERS = 32
MOST_IN_A_JOB = 9


class Unlocked(Attempt):
    """The mutant: as ordinary event stores append, without a lock, and with positions of a
    sequence, which are given in one order and committed in another."""

    async def together(self, connection: PipelineConnection) -> Plan:
        *_, (row,) = await connection.run([BEGIN, view_command(self._batch)])
        planned = plan(self._batch, view_of(row), self._clock())
        wanted = b"%d" % len(planned.events)
        (rows,) = await connection.run(
            [("SELECT nextval('mutant_positions') FROM generate_series(1, $1::int)", (wanted,))]
        )
        for event, (position,) in zip(planned.events, rows, strict=True):
            event["position"] = int(position or 0)
        insert = [command for command in write_log(planned) if command[0] == INSERT_EVENTS]
        await connection.run([*insert, COMMIT])
        return planned


class Mutant(Flusher):
    attempt = Unlocked


async def main(conninfo: str, events: int, seed: int, flusher: type[Flusher]) -> int:
    chance = random.Random(seed)
    left, told = events, 0

    async def call(one) -> None:
        nonlocal left, told
        while left > 0:
            size = min(chance.randint(1, MOST_IN_A_JOB), left)
            left -= size
            name = stream()
            more = [renamed("Ann", "Ann")] * (size - 1)
            receipt = await one.door.append(job(change(name, None, added(), *more)))
            told += receipt.entities[str(name)].version

    async with process(conninfo, (), flusher=flusher) as one:
        await asyncio.gather(*(call(one) for _ in range(CALLERS)))
    return told


if __name__ == "__main__":
    conninfo, events, seed, *mutant = sys.argv[1:]
    flusher = Mutant if mutant else Flusher
    print(uvloop.run(main(conninfo, int(events), int(seed), flusher)))  # noqa: T201
