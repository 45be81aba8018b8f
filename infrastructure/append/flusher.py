"""Appends batches of jobs, one transaction at a time, on a connection of its own.

If the database refuses a batch, the batch is halved until the guilty job stands alone: the others
land. If only a read model's rows were refused, the guilty job lands too, with its stream parked in
that read model. If the connection is lost, the batch is repeated unless it was committed, which the
id of its first event tells, or its first command key.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import psycopg

from application.errors import OutcomeUnknown, Rejected, Unavailable
from application.ports import Clock, Receipt
from infrastructure.append.batch import Batch, EncodedJob
from infrastructure.append.transaction import Attempt, Projection, was_committed
from infrastructure.postgres.failures import is_lost, will_pass
from infrastructure.postgres.pipeline import ROLLBACK, PipelineConnection
from projections.read_model import Step

Verdict = Receipt | Exception
Way = Callable[[Attempt, PipelineConnection], Awaitable[Batch]]
Committed = Callable[[Sequence[Step]], None]

logger = logging.getLogger(__name__)

SESSION = (
    # A process that stalls between the two round trips must not hold the lock for ever.
    "SET idle_in_transaction_session_timeout = '15s'",
    "SET lock_timeout = '30s'",
)
PATIENCE = 15.0
"""Seconds until callers are told that the database can't be reached."""

PROBE = 5.0
"""Seconds for the only attempt at a batch that follows one that was given up: its callers have
waited in the queue for that long already."""


NOW: Clock = partial(datetime.now, UTC)


class Flusher:
    attempt = Attempt
    """Replaced by the mutants of the tests."""

    def __init__(
        self,
        conninfo: str,
        projection: Projection,
        *,
        clock: Clock = NOW,
        committed: Sequence[Committed] = (),
        patience: float = PATIENCE,
    ):
        self._conninfo = conninfo
        self.projection = projection
        self._clock = clock
        self._committed = committed
        self._patience = patience
        self._given_up = False
        self._connection: PipelineConnection | None = None

    async def open(self) -> PipelineConnection:
        """Connect to the database. Raises psycopg.OperationalError."""
        self._connection = await PipelineConnection.connect(self._conninfo, SESSION)
        return self._connection

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def write(self, jobs: Sequence[EncodedJob]) -> list[Verdict]:
        """Append a batch; a receipt or an error for each of its jobs, in their order."""
        return await self._write(jobs, self.attempt.together)

    async def _write(self, jobs: Sequence[EncodedJob], way: Way) -> list[Verdict]:
        loop = asyncio.get_running_loop()
        only_once = self._given_up
        deadline = loop.time() + (min(PROBE, self._patience) if only_once else self._patience)
        pause = 0.02
        in_doubt: Batch | None = None
        while True:
            attempt = self.attempt(jobs, self.projection, self._clock)
            try:
                async with asyncio.timeout_at(deadline):
                    connection = self._connection or await self.open()
                    if in_doubt is not None and await was_committed(connection, in_doubt):
                        done = in_doubt
                    else:
                        in_doubt = None
                        done = await way(attempt, connection)
            except Exception as error:
                lost = is_lost(error) or self._connection is None or self._connection.broken
                if lost or will_pass(error) or in_doubt is not None:
                    # A new connection may reach another server, and leaves the old one's locks.
                    await self.close()
                else:
                    await self._roll_back()
                    return await self._apart(jobs, way, error)
                if lost:
                    in_doubt = in_doubt or attempt.committing
                if only_once or loop.time() + pause > deadline:
                    logger.error("an append is given up: %s: %s", type(error).__name__, error)
                    self._given_up = True
                    return [self._too_late(in_doubt) for _ in jobs]
                logger.warning("an append is tried again: %s: %s", type(error).__name__, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
            else:
                self._given_up = False
                self._announce(done)
                return done.verdicts

    async def _apart(self, jobs: Sequence[EncodedJob], way: Way, error: Exception) -> list[Verdict]:
        if len(jobs) > 1:
            middle = len(jobs) // 2
            return [*await self.write(jobs[:middle]), *await self.write(jobs[middle:])]
        if way == self.attempt.together:
            return await self._write(jobs, self.attempt.apart)
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

    def _announce(self, done: Batch) -> None:
        for committed in self._committed:
            try:
                committed(done.steps)
            except Exception:
                # The batch is in the log, whatever its listeners do.
                logger.exception("a commit couldn't be announced")

    def _too_late(self, in_doubt: Batch | None) -> Exception:
        if in_doubt is not None:
            return OutcomeUnknown("The connection to the database was lost during the commit.")
        return Unavailable("The database can't be reached.")
