"""One process's parts of a ledger: connections, appender, event log and handlers.

All are opened and closed together, in the order of their dependencies.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from uuid_utils.compat import uuid7

from application.ledger import Ledger
from application.ports import Clock
from infrastructure.append.event_log import PostgresEventLog
from infrastructure.append.flusher import NOW, Committed, Flusher
from infrastructure.append.group_commit import GroupCommit
from infrastructure.append.numbers import BlockNumbers
from infrastructure.log.recorder import create_event_table
from infrastructure.postgres.pool import Pool
from infrastructure.postgres.schema import migrate
from infrastructure.projecting.rebuild import bring_up_to_date
from infrastructure.projecting.statements import Table
from infrastructure.projecting.with_append import WithAppend
from projections.all_models import READ_MODELS

POOL_SIZE = 8
"""Connections for reading, besides the appender's one."""

PATIENCE = 5.0
"""Seconds that a query waits for a connection of the pool."""


@dataclass(slots=True)
class System:
    conninfo: str
    pool: AsyncConnectionPool[Any]
    appender: GroupCommit
    log: PostgresEventLog
    ledger: Ledger


STATEMENT_SECONDS = 10
"""Seconds after which any statement of the pool is canceled."""


async def _limit_statements(connection: AsyncConnection[Any]) -> None:
    await connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")


def prepare_database(conninfo: str) -> None:
    """Create or migrate the schema. Errors: psycopg.Error as it comes."""
    create_event_table(conninfo)
    migrate(conninfo)


@asynccontextmanager
async def open_system(
    conninfo: str,
    *,
    committed: Sequence[Committed] = (),
    clock: Clock = NOW,
) -> AsyncIterator[System]:
    """Open a prepared database. Read models that are missing or outdated are rebuilt first, with a
    progress bar. Each of `committed` is called with the steps of every batch that this process
    commits."""
    await bring_up_to_date(conninfo, READ_MODELS)
    projection = WithAppend([Table(model) for model in READ_MODELS if model.with_append])
    async with Pool(
        conninfo,
        min_size=2,
        max_size=POOL_SIZE,
        open=False,
        timeout=PATIENCE,
        configure=_limit_statements,
        kwargs={"autocommit": True},
    ) as pool:
        flusher = Flusher(conninfo, projection, committed=committed, clock=clock)
        appender = GroupCommit(flusher, uuid7)
        await appender.start()
        try:
            log = PostgresEventLog(pool, appender)
            ledger = Ledger(log, BlockNumbers(pool), clock, uuid7)
            yield System(conninfo, pool, appender, log, ledger)
        finally:
            await appender.stop()
