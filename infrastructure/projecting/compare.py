"""Comparing a live table with its shadow: every column of every row, both ways."""

from psycopg import AsyncConnection

from infrastructure.log.check import EXAMPLES, Verdict
from infrastructure.projecting.statements import Table


async def compare(connection: AsyncConnection, live: Table, shadow: Table) -> Verdict:
    """Compare within the connection's transaction, whose snapshot sees both tables. Raises
    psycopg.Error."""
    cursor = await connection.execute(f"SELECT count(*) FROM {shadow.name}")
    (checked,) = await cursor.fetchone() or (0,)
    surplus, extra = await _only_in(connection, live, shadow)
    missing, lost = await _only_in(connection, shadow, live)
    examples = [f"the table has, but the log doesn't say: {row}" for row in extra]
    examples += [f"the log says, but the table doesn't have: {row}" for row in lost]
    return Verdict(live.model.name, checked, surplus + missing, tuple(examples))


async def _only_in(connection: AsyncConnection, one: Table, other: Table) -> tuple[int, list[str]]:
    """The number of rows that stand in one table only, and some of them as JSON."""
    columns = ", ".join(f'"{name}"' for name in one.model.columns)
    cursor = await connection.execute(
        f"WITH d AS MATERIALIZED (SELECT {columns} FROM {one.name} "
        f"EXCEPT ALL SELECT {columns} FROM {other.name}) "
        f"SELECT (SELECT count(*) FROM d), "
        f"(SELECT array_agg(j) FROM (SELECT row_to_json(d)::text AS j FROM d LIMIT {EXAMPLES}) e)"
    )
    count, rows = await cursor.fetchone() or (0, None)
    return count, [row[:300] for row in rows or ()]
