"""A process that appends as fast as it can, with many callers, for the tests of no loss.

`python -m tests.infrastructure.append.writing CONNINFO EVENTS SEED WAY` prints how many events
it was told are in the log. WAY is one of those below.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from uuid import UUID, uuid4

import uvloop

from application.entity import Entity
from application.errors import AppendError
from application.ports import Job
from domain.streams import StreamName
from infrastructure.append.batch import Batch, LogView, decide
from infrastructure.append.flusher import Flusher
from infrastructure.append.transaction import INSERT_EVENTS, Attempt, view_of, write_commands
from infrastructure.postgres.pipeline import BEGIN, COMMIT, PipelineConnection, Rows
from tests.infrastructure.append.jobs import added, adds, change, job, renamed, renames, stream
from tests.infrastructure.append.support import Process, process

CALLERS = 32
MOST_IN_A_JOB = 9
SHARED = [stream(tenant="shared", identity=UUID(int=number)) for number in range(200)]
RENAMING = 0.1


async def unlocked_view(attempt: Attempt, connection: PipelineConnection) -> LogView:
    """Begin, and read the view without the append lock."""
    _, (row,), _ = await connection.run([BEGIN, *attempt._look()])
    return view_of(row)


class WithoutLock(Attempt):
    """The mutant: as ordinary event stores append, without a lock, and with positions of a
    sequence, which are given in one order and committed in another."""

    async def together(self, connection: PipelineConnection) -> Batch:
        batch = decide(self._jobs, await unlocked_view(self, connection), self._clock())
        wanted = b"%d" % len(batch.events)
        (rows,) = await connection.run(
            [("SELECT nextval('mutant_positions') FROM generate_series(1, $1::int)", (wanted,))]
        )
        for event, (position,) in zip(batch.events, rows, strict=True):
            event["position"] = int(position or 0)
        insert = [command for command in write_commands(batch) if command[0] == INSERT_EVENTS]
        await connection.run([*insert, COMMIT])
        return batch


class Unlocked(Flusher):
    attempt = WithoutLock


class LookingBefore(Attempt):
    """The mutant: the versions of the streams are read before the lock is taken."""

    async def _begin(self, connection: PipelineConnection) -> tuple[LogView, Rows]:
        before = await unlocked_view(self, connection)
        view, seen = await super()._begin(connection)
        view.versions = before.versions
        return view, seen


class Premature(Flusher):
    attempt = LookingBefore


async def own_streams(one: Process, chance: random.Random, events: int) -> int:
    """Callers who begin streams, of a few events each."""
    left, told = events, 0

    async def call() -> None:
        nonlocal left, told
        while left > 0:
            size = min(chance.randint(1, MOST_IN_A_JOB), left)
            left -= size
            name = stream()
            more = [renamed("Ann", "Ann")] * (size - 1)
            receipt = await one.appender.append(job(change(name, None, added(), *more)))
            told += receipt.entities[name].version

    await asyncio.gather(*(call() for _ in range(CALLERS)))
    return told


async def shared_streams(one: Process, chance: random.Random, events: int) -> int:
    """Callers who rename contacts that all processes know, or add records that rely on what those
    are and say so in their names. Who is refused looks again."""
    left, told = events, 0
    known: dict[StreamName, Entity] = {}

    def does(name: StreamName) -> Job:
        if (contact := known.get(name)) is None:
            return adds(name)
        if chance.random() < RENAMING:
            return renames(contact, uuid4().hex)
        relied_on = {name: contact.version}
        return adds(called=f"{name} {contact.version}", relied_on=relied_on)

    async def call() -> None:
        nonlocal left, told
        while left > 0:
            left -= 1
            name = chance.choice(SHARED)
            try:
                receipt = await one.appender.append(does(name))
            except AppendError:
                left += 1
                contact = await one.log.load(name, fresh=True)
                if contact is not None:
                    known[name] = contact
            else:
                told += 1
                if (contact := receipt.entities.get(name)) is not None:
                    known[name] = contact

    await asyncio.gather(*(call() for _ in range(CALLERS)))
    return told


class Way(NamedTuple):
    flusher: type[Flusher]
    work: Callable[[Process, random.Random, int], Awaitable[int]]


WAYS = {
    "own streams": Way(Flusher, own_streams),
    "own streams without a lock": Way(Unlocked, own_streams),
    "shared streams": Way(Flusher, shared_streams),
    "shared streams read before the lock": Way(Premature, shared_streams),
}


async def main(conninfo: str, events: int, seed: int, way: Way) -> int:
    async with process(conninfo, (), flusher=way.flusher) as one:
        return await way.work(one, random.Random(seed), events)


if __name__ == "__main__":
    conninfo, events, seed, way = sys.argv[1:]
    print(uvloop.run(main(conninfo, int(events), int(seed), WAYS[way])))  # noqa: T201
