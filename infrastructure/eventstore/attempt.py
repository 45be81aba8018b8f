"""One attempt to write a batch: a transaction of two round trips, from its lock to its commit."""

from collections.abc import Callable, Sequence
from datetime import datetime

from infrastructure.eventstore.batch import Plan, Prepared, View, plan
from infrastructure.eventstore.transaction import (
    BEGIN,
    COMMIT,
    LOCK,
    ROLLBACK,
    park,
    view_command,
    view_of,
    write_log,
)
from infrastructure.postgres.failures import will_pass
from infrastructure.postgres.pipeline import Command, PipelineConnection
from infrastructure.projecting.statements import Table
from infrastructure.projecting.with_append import Parked, project

SAVEPOINT: Command = ("SAVEPOINT projector", ())
BACK_TO_SAVEPOINT: Command = ("ROLLBACK TO SAVEPOINT projector", ())


class Attempt:
    """Errors of both ways: those of the connection and of the database, as they come."""

    committing: Plan | None = None
    """Once it is set, a COMMIT may be on its way."""

    def __init__(
        self, batch: Sequence[Prepared], tables: Sequence[Table], clock: Callable[[], datetime]
    ):
        self._batch = batch
        self._tables = tables
        self._clock = clock

    async def together(self, connection: PipelineConnection) -> Plan:
        """The whole batch and all its read models, or nothing."""
        planned, view = await self._plan(connection)
        if planned.is_empty:
            await connection.run([ROLLBACK])
            return planned
        projection = project(self._tables, planned.steps, view.parked)
        commands = write_log(planned)
        for statements in projection.statements.values():
            commands += statements
        self.committing = planned
        await connection.run([*commands, *park(projection.parked), COMMIT])
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
