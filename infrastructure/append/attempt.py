"""One attempt to append a batch: a transaction from its lock to its commit.

The append knows no read model: a projection gives the commands that write them.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

import psycopg

from infrastructure.append.batch import Batch, EncodedJob, LogView, decide
from infrastructure.append.transaction import (
    LOCK,
    streams_of,
    view_command,
    view_of,
    write_commands,
)
from infrastructure.postgres.failures import will_pass
from infrastructure.postgres.pipeline import Command, PipelineConnection, Rows
from infrastructure.postgres.transactions import BEGIN, COMMIT, ROLLBACK
from projections.read_model import Step

SAVEPOINT: Command = ("SAVEPOINT projection", ())
BACK_TO_SAVEPOINT: Command = ("ROLLBACK TO SAVEPOINT projection", ())

Group = tuple[Sequence[Command], Callable[[Exception], Sequence[Command]]]
"""The commands of one read model, and those to run instead if the database refuses them."""


class Projection(Protocol):
    """The read models that are written with the append. `seen` are the rows of `look`."""

    def look(self, streams: Sequence[str]) -> Command:
        """The command that reads, under the append lock, what the projection has to know of the
        streams."""
        ...

    def together(self, steps: Sequence[Step], seen: Rows) -> Sequence[Command]:
        """The commands of all read models."""
        ...

    def apart(self, steps: Sequence[Step], seen: Rows) -> Iterator[Group]:
        """The commands of one read model after the other."""
        ...


class Attempt:
    """One transaction. Errors of `together` and `apart`: those of the connection and the database,
    as they come."""

    committing: Batch | None = None
    """Set before the COMMIT is sent: from then on the outcome of a lost connection is unknown."""

    def __init__(
        self,
        jobs: Sequence[EncodedJob],
        projection: Projection,
        clock: Callable[[], datetime],
    ):
        self._jobs = jobs
        self._projection = projection
        self._clock = clock

    async def together(self, connection: PipelineConnection) -> Batch:
        """Append all jobs with the rows of all read models, or nothing."""
        view, seen = await self._begin(connection)
        batch = decide(self._jobs, view, self._clock())
        if batch.is_empty:
            await connection.run([ROLLBACK])
            return batch
        commands = [*write_commands(batch), *self._projection.together(batch.steps, seen), COMMIT]
        self.committing = batch
        await connection.run(commands)
        return batch

    async def apart(self, connection: PipelineConnection) -> Batch:
        """Append with a savepoint before each read model: one whose rows are refused goes without
        them. For a single job, so that no stream is parked for another's fault."""
        view, seen = await self._begin(connection)
        batch = decide(self._jobs, view, self._clock())
        await connection.run(write_commands(batch))
        for commands, otherwise in self._projection.apart(batch.steps, seen):
            try:
                await connection.run([SAVEPOINT, *commands])
            except psycopg.Error as error:
                if will_pass(error):
                    raise
                await connection.run([BACK_TO_SAVEPOINT, *otherwise(error)])
        self.committing = batch
        await connection.run([COMMIT])
        return batch

    async def _begin(self, connection: PipelineConnection) -> tuple[LogView, Rows]:
        streams = streams_of(self._jobs)
        look = self._projection.look(streams)
        commands = [BEGIN, LOCK, view_command(self._jobs, streams), look]
        # The lock is held meanwhile, so the reply is read at once, however busy the loop is.
        *_, (row,), seen = await connection.run_soon(commands)
        return view_of(row), seen
