"""A process that counts on being alone from its first append on, and what it says."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from infrastructure.append.transaction import EXPECT, LOCK
from infrastructure.postgres.pipeline import Command, PipelineConnection, Rows
from projections.read_model import ReadModel
from tests.infrastructure.append.jobs import adds
from tests.infrastructure.append.support import Process, process


@dataclass
class Said:
    """The round trips of a process on the connection it has, each with its statements."""

    trips: list[list[str]] = field(default_factory=list)

    def listen(self, connection: PipelineConnection) -> None:
        run = connection.run

        async def heard(commands: Sequence[Command]) -> list[Rows]:
            self.trips.append([sql for sql, _ in commands])
            return await run(commands)

        connection.run = heard  # type: ignore[method-assign]

    @property
    def at_once(self) -> int:
        """How often it tried to do with one round trip."""
        return sum(EXPECT in trip for trip in self.trips)

    @property
    def locked(self) -> int:
        """How often it looked first, and waited for the lock where it had to."""
        return sum(LOCK in trip for trip in self.trips)


@asynccontextmanager
async def alone(
    conninfo: str, models: Sequence[ReadModel] = (), **options: Any
) -> AsyncIterator[Process]:
    """It has appended once, so that it knows where the log ends."""
    async with process(conninfo, models, alone=0, **options) as opened:
        await opened.door.append(adds())
        yield opened


def listen(one: Process) -> Said:
    said = Said()
    connection = one.flusher._connection
    assert connection is not None
    said.listen(connection)
    return said
