"""Rebuilding read models: made anew in shadow tables while the live ones serve, then swapped.

At the end the append lock is taken for a moment: what was appended last is written too, and the
tables change names in one transaction. Readers see the old one or the new one, never half, and no
append is missed. Whoever reads the live table for long makes the swap wait and try again, so that
appends and other readers don't queue behind it.
"""

import asyncio
import logging
from collections.abc import Sequence

import psycopg
from psycopg import AsyncConnection

from infrastructure.following.session import Session
from infrastructure.progress import Bars, Progress, silent
from infrastructure.projecting import tables
from infrastructure.projecting.projector import FOLLOWER
from infrastructure.projecting.shadows import SUFFIX, alone, filled, finish, forget, shadow
from projections.read_model import ReadModel

logger = logging.getLogger(__name__)

PATIENCE_FOR_APPENDS = "SET LOCAL lock_timeout = '10s'"
PATIENCE_FOR_READERS = "SET LOCAL lock_timeout = '200ms'"

PAUSE = 1.0
"""Seconds between two tries to swap: appends stand still in a fifth of the time at most."""

INDEXES = (
    "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass "
    "AND indexrelid::regclass::text LIKE %s"
)


async def rebuild(
    conninfo: str, models: ReadModel | Sequence[ReadModel], progress: Progress = silent
) -> None:
    """Make read models anew from the whole log, and put them in the place of the live ones."""
    models = [models] if isinstance(models, ReadModel) else list(models)
    async with alone(conninfo, progress) as connection:
        await _rebuild(connection, conninfo, models, progress)


async def bring_up_to_date(
    conninfo: str, models: Sequence[ReadModel], progress: Progress | None = None
) -> None:
    """Make the read models that are missing, or whose definition has changed.

    It is instant when there is nothing to do; processes that start together take turns.
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
            # What was appended meanwhile: the more of it now, the less under the lock.
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
        # A projector that is writing the live table ends first; the next one finds it moved.
        await connection.execute(
            "SELECT FROM checkpoints WHERE follower = %s AND name = ANY(%s) "
            "ORDER BY name FOR UPDATE",
            (FOLLOWER, names),
        )
        for model in models:
            await _replace(connection, model, session.checkpoints.positions[shadow(model).name])


async def _replace(connection: AsyncConnection, model: ReadModel, checkpoint: int) -> None:
    """Put the shadow in the live table's place, with all that is known of it."""
    new = shadow(model).name
    await tables.drop(connection, model.name)
    await tables.execute(connection, [f"ALTER TABLE {new} RENAME TO {model.name}"])
    cursor = await connection.execute(INDEXES, (model.name, f"%{SUFFIX}%"))
    for (name,) in await cursor.fetchall():
        lasting = name.replace(SUFFIX, "", 1)
        await tables.execute(connection, [f"ALTER INDEX {name} RENAME TO {lasting}"])
    await connection.execute("DELETE FROM parked_streams WHERE read_model = %s", (model.name,))
    await connection.execute(
        "UPDATE parked_streams SET read_model = %s WHERE read_model = %s", (model.name, new)
    )
    await forget(connection, new)
    await tables.register(connection, model.name, model, checkpoint)
