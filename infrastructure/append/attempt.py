"""One attempt to write a batch: a transaction from its lock to its commit.

It takes two round trips, and one where this process has been the only one to append for a while:
then the log is expected to be where it was left, and only if it isn't, it is looked at first.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

import psycopg

from infrastructure.append.plan import Plan, Prepared, View, foretold, plan
from infrastructure.append.transaction import (
    BEGIN,
    COMMIT,
    LOCK,
    ROLLBACK,
    expect_command,
    park,
    view_command,
    view_of,
    write_log,
)
from infrastructure.postgres.failures import is_lost, will_pass
from infrastructure.postgres.pipeline import Command, PipelineConnection
from infrastructure.projecting.statements import Table
from infrastructure.projecting.with_append import Parked, Projection, project

SAVEPOINT: Command = ("SAVEPOINT projector", ())
BACK_TO_SAVEPOINT: Command = ("ROLLBACK TO SAVEPOINT projector", ())


class End(NamedTuple):
    """Where the log ends: its last position, and the time recorded there."""

    position: int
    time: datetime


class Attempt:
    """`end` is where the log is expected to end, if anywhere. Errors of both ways: those of the
    connection and of the database, as they come."""

    committing: Plan | None = None
    """Once it is set, a COMMIT may be on its way."""

    def __init__(
        self,
        batch: Sequence[Prepared],
        tables: Sequence[Table],
        clock: Callable[[], datetime],
        end: End | None = None,
    ):
        self._batch = batch
        self._tables = tables
        self._clock = clock
        self._end = end

    async def together(self, connection: PipelineConnection) -> Plan:
        """The whole batch and all its read models, or nothing."""
        if self._end is not None and (done := await self._at_once(connection, self._end)):
            return done
        planned, view = await self._plan(connection)
        if planned.is_empty:
            await connection.run([ROLLBACK])
            return planned
        projection = project(self._tables, planned.steps, view.parked)
        commands = [*_written(planned, projection), *park(projection.parked), COMMIT]
        self.committing = planned
        await connection.run(commands)
        return planned

    async def _at_once(self, connection: PipelineConnection, end: End) -> Plan | None:
        """All of it in one round trip, if the log is as it is expected to be."""
        view = foretold(self._batch, *end)
        name = token_hex(16)
        expect = expect_command(self._batch, name, view)
        planned = plan(self._batch, view, self._clock())
        projection = project(self._tables, planned.steps, ())
        if planned.is_empty or projection.parked:
            return None
        planned.sent_at_once = name
        self.committing = planned
        try:
            await connection.run([BEGIN, expect, *_written(planned, projection), COMMIT])
        except psycopg.Error as error:
            if is_lost(error) or connection.broken:
                raise
            self.committing = None
            await connection.run([ROLLBACK])
            return None
        return planned

    async def apart(self, connection: PipelineConnection) -> Plan:
        """Each read model under a savepoint: one that is refused parks the streams and goes
        without. For a batch of one job, so that nobody is parked for another's fault."""
        planned, view = await self._plan(connection)
        await connection.run(write_log(planned))
        parked: list[Parked] = []
        for table in self._tables:
            await connection.run([SAVEPOINT])
            try:
                projection = project([table], planned.steps, view.parked)
                for statements in projection.statements.values():
                    await connection.run(statements)
                parked += projection.parked
            except Exception as error:
                if will_pass(error):
                    raise
                await connection.run([BACK_TO_SAVEPOINT])
                parked += self._parked(table, planned, error)
        self.committing = planned
        await connection.run([*park(parked), COMMIT])
        return planned

    async def _plan(self, connection: PipelineConnection) -> tuple[Plan, View]:
        *_, (row,) = await connection.run([BEGIN, (LOCK, ()), view_command(self._batch)])
        view = view_of(row)
        return plan(self._batch, view, self._clock()), view

    def _parked(self, table: Table, planned: Plan, error: Exception) -> list[Parked]:
        reason = f"{type(error).__name__}: {error}"
        return [
            Parked(table.name, str(recorded.stream), recorded.position, reason)
            for recorded in (step.recorded for step in planned.steps)
            if recorded.stream.kind in table.model.kinds
        ]


def _written(planned: Plan, projection: Projection) -> list[Command]:
    """The log's part, and then that of its read models."""
    commands = write_log(planned)
    for statements in projection.statements.values():
        commands += statements
    return commands
