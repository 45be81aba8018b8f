"""Shadow tables: a read model rebuilt from the log, next to the live one.

A shadow has a checkpoint and parked streams under its own name, so that a projector writes it as it
writes a live table. Shadows that a crash left behind are dropped before the next one is made.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import psycopg
from psycopg import AsyncConnection

from infrastructure.following.session import Session
from infrastructure.log.reader import END, LogReader
from infrastructure.postgres.locks import REBUILD_LOCK
from infrastructure.progress import Progress
from infrastructure.projecting import tables
from infrastructure.projecting.row_writer import FOLLOWER, RowWriter
from infrastructure.projecting.statements import Table
from projections.read_model import ReadModel

SUFFIX = "_shadow"

PATIENCE = 0.25
"""Seconds between two tries for the rebuild lock."""

LEFT_BEHIND = (
    f"SELECT name FROM checkpoints WHERE follower = '{FOLLOWER}' AND name LIKE '%\\{SUFFIX}'"
)


def shadow(model: ReadModel) -> Table:
    return Table(model, f"{model.name}{SUFFIX}")


@asynccontextmanager
async def alone(conninfo: str, progress: Progress) -> AsyncIterator[AsyncConnection]:
    """A connection that holds the rebuild lock: one rebuild at a time, across all processes."""
    async with await AsyncConnection.connect(conninfo, autocommit=True) as connection:
        while not await _locked(connection):
            progress("Waiting for another rebuild", 0, 0)
            await asyncio.sleep(PATIENCE)
        await sweep(connection)
        yield connection


async def _locked(connection: AsyncConnection) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", (REBUILD_LOCK,))
    row = await cursor.fetchone()
    return bool(row and row[0])


async def sweep(connection: AsyncConnection) -> None:
    """Drop every shadow."""
    cursor = await connection.execute(LEFT_BEHIND)
    for (name,) in await cursor.fetchall():
        async with connection.transaction():
            await tables.discard(connection, name)


@asynccontextmanager
async def filled(
    connection: AsyncConnection,
    conninfo: str,
    models: Sequence[ReadModel],
    progress: Progress,
    upto: int = END,
) -> AsyncIterator[Session]:
    """A session whose shadows of the models are filled from the log up to a position, and can catch
    up further. Shadows that weren't swapped are dropped in the end."""
    shadows = [shadow(model) for model in models]
    try:
        for table in shadows:
            async with connection.transaction():
                await tables.create(connection, table, table.create_bare)
        async with Session.open(conninfo, RowWriter(shadows)) as session:
            await session.checkpoints.load()
            head = min(upto, await LogReader(connection).head())
            what = models[0].name if len(models) == 1 else f"{len(models)} read models"
            progress(f"Making {what} from the log", 0, head)
            await session.catch_up(
                upto=upto,
                landed=lambda position: progress(f"Making {what} from the log", position, head),
            )
            yield session
    finally:
        with suppress(psycopg.Error):  # the next rebuild sweeps
            await sweep(connection)


async def finish(connection: AsyncConnection, models: Sequence[ReadModel]) -> None:
    """Make the indexes and statistics of the shadows."""
    for model in models:
        table = shadow(model)
        await tables.execute(connection, [*table.create_indexes, f"ANALYZE {table.name}"])
