"""Writes batches of jobs, one transaction at a time, on a connection of its own.

If the database refuses a batch, it is halved until the guilty job stands alone: the innocent land,
and where only a projector's rows were refused, the guilty lands too, with its stream parked there.
If the connection is lost, the batch is repeated, unless it had been committed: that is found out by
the id of its first event, or by its first command key.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import psycopg

from application.errors import OutcomeUnknown, Rejected, Unavailable
from application.ports import Receipt
from infrastructure.append.attempt import Attempt, End
from infrastructure.append.outcome import was_committed
from infrastructure.append.plan import Plan, Prepared
from infrastructure.append.transaction import ROLLBACK
from infrastructure.postgres.failures import is_lost, will_pass
from infrastructure.postgres.pipeline import PipelineConnection
from infrastructure.projecting.statements import Table
from projections.read_model import Step

Verdict = Receipt | Exception
Committed = Callable[[Sequence[Step]], None]
Way = Callable[[Attempt, PipelineConnection], Awaitable[Plan]]

logger = logging.getLogger(__name__)

SESSION = (
    # A process that stalls between the two round trips must not hold the lock for ever.
    "SET idle_in_transaction_session_timeout = '15s'",
    "SET lock_timeout = '30s'",
)
PATIENCE = 15.0
"""Seconds to go on trying to reach the database before callers are told."""

PROBE = 5.0
"""Seconds for the only attempt at a batch that comes after one that was given up: those who queued
behind that one have waited as well."""

ALONE = 10
"""Batches in a row with nobody else's in between, after which a process counts on being alone. It
costs two round trips to be wrong."""


def _now() -> datetime:
    return datetime.now(UTC)


class Flusher:
    attempt = Attempt
    """Replaced by the mutants of the tests."""

    def __init__(
        self,
        conninfo: str,
        tables: Sequence[Table],
        *,
        clock: Callable[[], datetime] = _now,
        committed: Committed = lambda _: None,
        patience: float = PATIENCE,
        alone: int = ALONE,
    ):
        self._conninfo = conninfo
        self._tables = tables
        self._clock = clock
        self._committed = committed
        self._patience = patience
        self._given_up = False
        self._connection: PipelineConnection | None = None
        self._alone = alone
        self._in_a_row = 0
        self._end: End | None = None

    async def open(self) -> None:
        """Raises psycopg.OperationalError."""
        await self._connect()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connect(self) -> PipelineConnection:
        if self._connection is None or self._connection.broken:
            await self.close()
            self._connection = await PipelineConnection.connect(self._conninfo, SESSION)
        return self._connection

    async def write(self, batch: Sequence[Prepared]) -> list[Verdict]:
        """Write a batch; a receipt or an error for each of its jobs, in their order."""
        return await self._write(batch, self.attempt.together)

    async def _write(self, batch: Sequence[Prepared], way: Way) -> list[Verdict]:
        loop = asyncio.get_running_loop()
        only_once = self._given_up
        deadline = loop.time() + (min(PROBE, self._patience) if only_once else self._patience)
        pause = 0.02
        in_doubt: Plan | None = None
        while True:
            expected = self._end if self._in_a_row >= self._alone else None
            attempt = self.attempt(batch, self._tables, self._clock, expected)
            try:
                async with asyncio.timeout_at(deadline):
                    connection = await self._connect()
                    if in_doubt is not None and await was_committed(connection, in_doubt):
                        done = in_doubt
                    else:
                        in_doubt = None
                        done = await way(attempt, connection)
            except Exception as error:
                self._in_a_row = 0
                lost = is_lost(error) or self._connection is None or self._connection.broken
                if lost or will_pass(error) or in_doubt is not None:
                    # A new connection may reach another server, and leaves the old one's locks.
                    await self.close()
                else:
                    await self._roll_back()
                    return await self._apart(batch, way, error)
                if lost:
                    in_doubt = in_doubt or attempt.committing
                if only_once or loop.time() + pause > deadline:
                    logger.error("an append is given up: %s: %s", type(error).__name__, error)
                    self._given_up = True
                    return [self._too_late(in_doubt) for _ in batch]
                logger.warning("an append is tried again: %s: %s", type(error).__name__, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
            else:
                self._given_up = False
                return self._done(done)

    async def _apart(self, batch: Sequence[Prepared], way: Way, error: Exception) -> list[Verdict]:
        if len(batch) > 1:
            middle = len(batch) // 2
            return [*await self.write(batch[:middle]), *await self.write(batch[middle:])]
        if way == self.attempt.together:
            return await self._write(batch, self.attempt.apart)
        logger.error("the database refuses a job", exc_info=error)
        if isinstance(error, psycopg.Error):
            return [Rejected(for_its_data=isinstance(error, psycopg.DataError))]
        return [error]

    async def _roll_back(self) -> None:
        try:
            if self._connection is not None:
                await self._connection.run([ROLLBACK])
        except Exception:
            await self.close()

    def _done(self, done: Plan) -> list[Verdict]:
        if done.events:
            same = self._end is not None and self._end.position == done.after
            self._in_a_row = self._in_a_row + 1 if same else 0
            self._end = End(done.position, done.time)
        elif self._end is None or self._end.position != done.position:
            self._in_a_row = 0
        try:
            self._committed(done.steps)
        except Exception:
            # It is in the log, whatever becomes of those who hear of it.
            logger.exception("a commit couldn't be announced")
        return done.verdicts

    def _too_late(self, in_doubt: Plan | None) -> Exception:
        if in_doubt is not None:
            return OutcomeUnknown("The connection to the database was lost during the commit.")
        return Unavailable("The database can't be reached.")
