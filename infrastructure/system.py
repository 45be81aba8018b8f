"""One process's hold on a ledger: its connections, the way in, and the read models.

Everything is opened together and closed together, in the order in which it depends on each other.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg_pool import AsyncConnectionPool
from uuid_utils.compat import uuid7

from application.ledger import Ledger
from infrastructure.append.entities import PostgresEventLog
from infrastructure.append.flusher import Committed, Flusher
from infrastructure.append.group_commit import GroupCommit
from infrastructure.append.numbers import BlockNumbers
from infrastructure.log.recorder import create_event_table
from infrastructure.postgres.schema import migrate
from infrastructure.projecting.rebuild import bring_up_to_date
from infrastructure.projecting.statements import Table
from projections.all_models import READ_MODELS

POOL_SIZE = 8
"""Connections for reading, besides the one that writes."""


PATIENCE = 5.0
"""Seconds a query waits for a connection before its caller is told to come back."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class System:
    conninfo: str
    pool: AsyncConnectionPool[Any]
    door: GroupCommit
    log: PostgresEventLog
    ledger: Ledger


def prepare_database(conninfo: str) -> None:
    """Make or migrate the schema. Takes no time when there is nothing to do."""
    create_event_table(conninfo)
    migrate(conninfo)


@asynccontextmanager
async def open_system(
    conninfo: str,
    *,
    committed: Committed = lambda _: None,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[System]:
    """Open a prepared database. Read models that are missing or outdated are made first, with a
    progress bar. `committed` is called with the steps of every batch
    this process commits."""
    await bring_up_to_date(conninfo, READ_MODELS)
    tables = [Table(model) for model in READ_MODELS if model.with_append]
    async with AsyncConnectionPool[Any](
        conninfo,
        min_size=2,
        max_size=POOL_SIZE,
        open=False,
        timeout=PATIENCE,
        kwargs={"autocommit": True},
    ) as pool:
        door = GroupCommit(Flusher(conninfo, tables, committed=committed, clock=clock), uuid7)
        await door.start()
        try:
            log = PostgresEventLog(pool, door)
            ledger = Ledger(log, BlockNumbers(pool), clock, uuid7)
            yield System(conninfo, pool, door, log, ledger)
        finally:
            await door.stop()
