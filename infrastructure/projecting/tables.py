"""Making the read models' tables: those that are missing, and those whose definition changed."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from infrastructure.postgres.locks import SCHEMA_LOCK
from infrastructure.projecting.statements import Table, version
from projections.model import ReadModel


async def outdated(
    connection: AsyncConnection, models: Sequence[ReadModel]
) -> list[ReadModel]:
    """Make what is missing where the log is still empty; the models that have to be rebuilt."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        cursor = await connection.execute("SELECT name, version FROM read_models")
        known = dict(await cursor.fetchall())
        cursor = await connection.execute("SELECT EXISTS (SELECT FROM stored_events)")
        (has_events,) = await cursor.fetchone() or (False,)
        stale = [model for model in models if known.get(model.name) != version(model)]
        for model in stale:
            if has_events and model.name in known:
                continue
            await create(connection, Table(model))
            if not has_events:
                await register(connection, model, 0)
        return stale if has_events else []


async def create(connection: AsyncConnection, table: Table) -> None:
    await connection.execute(f"DROP TABLE IF EXISTS {table.name}")  # type: ignore[arg-type]
    for statement in table.create:
        await connection.execute(statement)  # type: ignore[arg-type]


async def register(connection: AsyncConnection, model: ReadModel, checkpoint: int) -> None:
    await connection.execute(
        "INSERT INTO read_models (name, version, checkpoint) VALUES (%s, %s, %s) "
        "ON CONFLICT (name) DO UPDATE SET version = excluded.version, "
        "checkpoint = excluded.checkpoint",
        (model.name, version(model), checkpoint),
    )
