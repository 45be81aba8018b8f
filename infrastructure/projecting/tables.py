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
                table = Table(model)
                await discard(connection, table.name)
                await create(connection, table, table.create)
    return not has_events


async def create(connection: AsyncConnection, table: Table, statements: Iterable[str]) -> None:
    """Create a table by some of its statements, with a checkpoint at 0."""
    await execute(connection, statements)
    await connection.execute(
        "INSERT INTO checkpoints (follower, name, version, position) VALUES (%s, %s, %s, 0)",
        (FOLLOWER, table.name, version(table.model)),
    )


async def discard(connection: AsyncConnection, name: str) -> None:
    """Drop a table if it exists, and delete its checkpoint and its parked streams."""
    await execute(connection, [f"DROP TABLE IF EXISTS {name}"])
    await connection.execute("DELETE FROM parked_streams WHERE read_model = %s", (name,))
    await connection.execute(
        "DELETE FROM checkpoints WHERE follower = %s AND name = %s", (FOLLOWER, name)
    )


async def execute(connection: AsyncConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        await connection.execute(statement)
