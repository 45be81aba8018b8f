"""Writes batches of jobs, one transaction at a time, on a connection of its own.

If the database refuses a batch, it is halved until the guilty job stands alone: the innocent land,
and where only a projector's rows were refused, the guilty lands too, with its stream parked there.
If the connection is lost, the batch is repeated, unless it had been committed: that is found out by
the id of its first event, or by its first command key.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import psycopg

from application.errors import OutcomeUnknown, Unavailable
from application.ports import Receipt
from infrastructure.eventstore.batch import Plan, Prepared, plan
from infrastructure.eventstore.outcome import was_committed
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
from infrastructure.postgres.pipeline import Command, PipelineConnection
from infrastructure.projecting.statements import Table
from infrastructure.projecting.with_append import Parked, Projection, project

Verdict = Receipt | Exception

logger = logging.getLogger(__name__)

SESSION = (
    # A process that stalls between the two round trips must not hold the lock for ever.
    "SET idle_in_transaction_session_timeout = '15s'",
    "SET lock_timeout = '30s'",
)
PATIENCE = 15.0
"""Seconds to go on trying to reach the database before callers are told."""


def _now() -> datetime:
    return datetime.now(UTC)


class Flusher:
    lock = LOCK
    """Replaced by the mutants of the tests."""

    def __init__(
        self,
        conninfo: str,
        tables: Sequence[Table],
        *,
        clock: Callable[[], datetime] = _now,
        committed: Callable[[Plan], None] = lambda _: None,
        patience: float = PATIENCE,
    ):
        self._conninfo = conninfo
        self._tables = tables
        self._clock = clock
        self._committed = committed
        self._patience = patience
        self._connection: PipelineConnection | None = None

    async def open(self) -> None:
        await self._connect()

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _connect(self) -> PipelineConnection:
        if self._connection is None or self._connection.broken:
            self._connection = await PipelineConnection.connect(self._conninfo, SESSION)
        return self._connection

    async def write(self, batch: Sequence[Prepared]) -> list[Verdict]:
        """Write a batch; a receipt or an error for each of its jobs."""
        deadline = asyncio.get_running_loop().time() + self._patience
        pause = 0.02
        in_doubt: Plan | None = None
        while True:
            attempt = _Attempt()
            try:
                connection = await self._connect()
                if in_doubt is not None:
                    if await was_committed(connection, in_doubt):
                        return self._done(in_doubt)
                    in_doubt = None
                return self._done(await self._transaction(connection, batch, attempt))
            except psycopg.Error as error:
                broken = self._connection is None or self._connection.broken
                if not broken and not isinstance(error, psycopg.errors.ConnectionException):
                    await self._roll_back()
                    if not isinstance(error, TRANSIENT):
                        return await self._apart(batch, error)
                else:
                    await self.close()
                    in_doubt = in_doubt or attempt.plan
                if asyncio.get_running_loop().time() > deadline:
                    raise self._given_up(in_doubt) from error
                logger.warning("an append is tried again: %s", type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)

    def _given_up(self, in_doubt: Plan | None) -> Exception:
        if in_doubt is not None:
            return OutcomeUnknown("The connection to the database was lost during the commit.")
        return Unavailable("The database can't be reached.")

    def _done(self, done: Plan) -> list[Verdict]:
        self._committed(done)
        return done.verdicts

    async def _transaction(
        self, connection: PipelineConnection, batch: Sequence[Prepared], attempt: "_Attempt"
    ) -> Plan:
        planned, projection = await self._plan(connection, batch)
        if planned.is_empty:
            await connection.run([ROLLBACK])
            return planned
        commands = write_log(planned)
        for statements in projection.statements.values():
            commands += statements
        attempt.plan = planned
        await connection.run([*commands, *park(projection.parked), COMMIT])
        return planned

    async def _plan(
        self, connection: PipelineConnection, batch: Sequence[Prepared]
    ) -> tuple[Plan, Projection]:
        *_, (row,) = await connection.run([BEGIN, (self.lock, ()), view_command(batch)])
        view = view_of(row)
        planned = plan(batch, view, self._clock())
        return planned, project(self._tables, planned.steps, view.parked)

    async def _apart(self, batch: Sequence[Prepared], error: psycopg.Error) -> list[Verdict]:
        if len(batch) > 1:
            middle = len(batch) // 2
            return [*await self.write(batch[:middle]), *await self.write(batch[middle:])]
        try:
            return self._done(await self._alone(await self._connect(), batch))
        except psycopg.Error:
            await self._roll_back()
            logger.exception("the database refuses a job")
            return [error]

    async def _alone(self, connection: PipelineConnection, batch: Sequence[Prepared]) -> Plan:
        """One job, each read model under a savepoint."""
        planned, projection = await self._plan(connection, batch)
        await connection.run(write_log(planned))
        for name, statements in projection.statements.items():
            await connection.run([SAVEPOINT])
            try:
                await connection.run(statements)
            except psycopg.Error as error:
                await connection.run([BACK_TO_SAVEPOINT])
                projection.parked += [
                    Parked(name, str(step.recorded.stream), step.recorded.position, str(error))
                    for step in planned.steps
                ]
        await connection.run([*park(projection.parked), COMMIT])
        return planned

    async def _roll_back(self) -> None:
        try:
            if self._connection is not None:
                await self._connection.run([ROLLBACK])
        except psycopg.Error:
            await self.close()


SAVEPOINT: Command = ("SAVEPOINT projector", ())
BACK_TO_SAVEPOINT: Command = ("ROLLBACK TO SAVEPOINT projector", ())

TRANSIENT = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
    psycopg.errors.AdminShutdown,
)


class _Attempt:
    """How far a transaction got: once it has a plan, its COMMIT may be on its way."""

    plan: Plan | None = None
