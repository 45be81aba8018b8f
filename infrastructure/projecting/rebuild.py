"""Rebuilding read models: in shadow tables while the live ones serve, which are swapped at the end.

The swap takes the append lock for a moment, lands the log's last events, and renames the tables in
one transaction: readers see the old table or the new one, and no append is missed. A query that
reads the live table for long makes the swap time out and try again, so that appends and other
queries don't queue behind its lock.
"""

import asyncio
import logging
from collections.abc import Sequence

import psycopg
from psycopg import AsyncConnection

from infrastructure.following.session import Session
from infrastructure.progress import Bars, Progress, silent
from infrastructure.projecting import tables
from infrastructure.projecting.row_writer import FOLLOWER
from infrastructure.projecting.shadows import SUFFIX, alone, filled, finish, shadow
from projections.read_model import ReadModel

logger = logging.getLogger(__name__)

PATIENCE_FOR_APPENDS = "SET LOCAL lock_timeout = '10s'"
PATIENCE_FOR_READERS = "SET LOCAL lock_timeout = '200ms'"

PAUSE = 1.0
"""Seconds between two tries to swap: appends wait a fifth of the time at most."""

INDEXES = (
    "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass "
    "AND indexrelid::regclass::text LIKE %s"
)


async def rebuild(
    conninfo: str, models: ReadModel | Sequence[ReadModel], progress: Progress = silent
) -> None:
    """Rebuild read models from the whole log. Raises psycopg.Error."""
    models = [models] if isinstance(models, ReadModel) else list(models)
    async with alone(conninfo, progress) as connection:
        await _rebuild(connection, conninfo, models, progress)


async def bring_up_to_date(
    conninfo: str, models: Sequence[ReadModel], progress: Progress | None = None
) -> None:
    """Make the read models that are missing, and rebuild those whose definition has changed.

    Processes that start together take turns. Raises psycopg.Error.
    """
    async with await AsyncConnection.connect(conninfo, autocommit=True) as connection:
        if not await tables.outdated(connection, models):
            return
    with Bars() as bars:
        watched = progress or bars
        async with alone(conninfo, watched) as connection:
            stale = await tables.outdated(connection, models)
            if stale and not await tables.make(connection, stale):
                await _rebuild(connection, conninfo, stale, watched)


async def _rebuild(
    connection: AsyncConnection, conninfo: str, models: Sequence[ReadModel], progress: Progress
) -> None:
    async with filled(connection, conninfo, models, progress) as session:
        await finish(connection, models)
        while True:
            # The fewer events are left, the shorter the append lock is held.
            await session.catch_up()
            try:
                return await _swap(connection, session, models)
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                logger.info("a read model is in use; its swap is tried again")
                await asyncio.sleep(PAUSE)


async def _swap(connection: AsyncConnection, session: Session, models: Sequence[ReadModel]) -> None:
    async with connection.transaction():
        await tables.execute(connection, [PATIENCE_FOR_APPENDS, tables.HOLD_APPENDS])
        await session.catch_up()
        await tables.execute(connection, [PATIENCE_FOR_READERS])
        names = [model.name for model in models]
        # A projector that writes the live table commits first; the next one finds its checkpoint
        # moved.
        await connection.execute(
            "SELECT FROM checkpoints WHERE follower = %s AND name = ANY(%s) "
            "ORDER BY name FOR UPDATE",
            (FOLLOWER, names),
        )
        for model in models:
            await _replace(connection, model)


async def _replace(connection: AsyncConnection, model: ReadModel) -> None:
    """Rename the shadow to the live table, with its indexes, parked streams and checkpoint."""
    new = shadow(model).name
    await tables.discard(connection, model.name)
    await tables.execute(connection, [f"ALTER TABLE {new} RENAME TO {model.name}"])
    cursor = await connection.execute(INDEXES, (model.name, f"%{SUFFIX}%"))
    for (name,) in await cursor.fetchall():
        lasting = name.replace(SUFFIX, "", 1)
        await tables.execute(connection, [f"ALTER INDEX {name} RENAME TO {lasting}"])
    await connection.execute(
        "UPDATE parked_streams SET read_model = %s WHERE read_model = %s", (model.name, new)
    )
    await connection.execute(
        "UPDATE checkpoints SET name = %s WHERE follower = %s AND name = %s",
        (model.name, FOLLOWER, new),
    )
