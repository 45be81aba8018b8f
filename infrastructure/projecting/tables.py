"""The read models' tables, and the versions of their definitions."""

from collections.abc import Iterable, Sequence

from psycopg import AsyncConnection

from infrastructure.postgres.locks import APPEND_LOCK
from infrastructure.projecting.row_writer import FOLLOWER
from infrastructure.projecting.statements import Table, version
from projections.read_model import ReadModel

HOLD_APPENDS = f"SELECT pg_advisory_xact_lock({APPEND_LOCK})"
"""Takes the append lock until the transaction ends."""


async def outdated(connection: AsyncConnection, models: Sequence[ReadModel]) -> list[ReadModel]:
    """The models that are missing, or have the tables of another definition."""
    cursor = await connection.execute(
        "SELECT name, version FROM checkpoints WHERE follower = %s", (FOLLOWER,)
    )
    known: dict[str, str] = dict(await cursor.fetchall())
    return [model for model in models if known.get(model.name) != version(model)]


async def make(connection: AsyncConnection, models: Iterable[ReadModel]) -> bool:
    """Make the empty tables of models. False, with nothing made, if the log has events: then the
    tables have to be filled as well."""
    async with connection.transaction():
        await connection.execute(HOLD_APPENDS)
        cursor = await connection.execute("SELECT EXISTS (SELECT FROM stored_events)")
        (has_events,) = await cursor.fetchone() or (False,)
        if not has_events:
            for model in models:
                await create(connection, Table(model))
                await connection.execute(
                    "DELETE FROM parked_streams WHERE read_model = %s", (model.name,)
                )
                await register(connection, model.name, model, 0)
    return not has_events


async def create(connection: AsyncConnection, table: Table) -> None:
    """Drop the table if it exists, and create it."""
    await drop(connection, table.name)
    await execute(connection, table.create)


async def drop(connection: AsyncConnection, name: str) -> None:
    await execute(connection, [f"DROP TABLE IF EXISTS {name}"])


async def execute(connection: AsyncConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        await connection.execute(statement)


async def register(
    connection: AsyncConnection, name: str, model: ReadModel, checkpoint: int
) -> None:
    await connection.execute(
        "INSERT INTO checkpoints (follower, name, version, position) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (follower, name) DO UPDATE SET version = excluded.version, "
        "position = excluded.position",
        (FOLLOWER, name, version(model), checkpoint),
    )
