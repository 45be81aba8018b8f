"""Verification: each read model equals a rebuild from the log, and the log has no gap.

A shadow is filled as for a rebuild. The append lock (for a model behind the append, the lock of its
checkpoint's row) is held for a moment: the shadow catches up to the position of the live table, and
a snapshot is taken that sees both. They are compared without a lock.
"""

from collections.abc import Sequence

from psycopg import AsyncConnection

from infrastructure.log.check import EXAMPLES, Verdict, check_log
from infrastructure.log.reader import END
from infrastructure.progress import Progress, silent
from infrastructure.projecting import tables
from infrastructure.projecting.row_writer import FOLLOWER
from infrastructure.projecting.shadows import alone, filled, shadow
from infrastructure.projecting.statements import Table
from projections.read_model import ReadModel

STALE = "its table is missing, or of another version: kith makes it anew at its next start"

CHECKPOINT = f"SELECT position FROM checkpoints WHERE follower = '{FOLLOWER}' AND name = %s"


async def verify(
    conninfo: str, models: Sequence[ReadModel], progress: Progress = silent
) -> list[Verdict]:
    """A verdict on the log and on each read model; nothing live changes. Raises psycopg.Error."""
    async with alone(conninfo, progress) as connection:
        verdicts = [await check_log(connection, progress)]
        stale = await tables.outdated(connection, models)
        if verdicts[0].checked:
            verdicts += [Verdict(model.name, 0, 1, (STALE,)) for model in stale]
        current = [model for model in models if model not in stale]
        groups = [[model for model in current if model.with_append]]
        groups += [[model] for model in current if not model.with_append]
        for group in filter(None, groups):
            verdicts += await _verify(connection, conninfo, group, progress)
        order = [model.name for model in models]
        return [verdicts[0], *sorted(verdicts[1:], key=lambda verdict: order.index(verdict.name))]


async def _verify(
    connection: AsyncConnection, conninfo: str, models: Sequence[ReadModel], progress: Progress
) -> list[Verdict]:
    """The verdicts on all models that are written with the append, or on one behind it."""
    upto = await _live(connection, models)
    async with (
        filled(connection, conninfo, models, progress, upto) as session,
        await AsyncConnection.connect(conninfo) as eye,
    ):
        await session.catch_up(upto=upto)
        async with connection.transaction():
            await session.catch_up(upto=await _live(connection, models, hold=True))
            await _look(eye)
        return [await _compare(eye, model) for model in models]


async def _live(
    connection: AsyncConnection, models: Sequence[ReadModel], *, hold: bool = False
) -> int:
    """The position that the live tables contain, END for those that are written with the append.
    With `hold`, they change no further in the connection's transaction."""
    if models[0].with_append:
        if hold:
            await connection.execute(tables.HOLD_APPENDS)
        return END
    sql = f"{CHECKPOINT} FOR UPDATE" if hold else CHECKPOINT
    cursor = await connection.execute(sql, (models[0].name,))
    (checkpoint,) = await cursor.fetchone() or (0,)
    return int(checkpoint)


async def _look(eye: AsyncConnection) -> None:
    """Take the snapshot of the connection's transaction."""
    await eye.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    await eye.execute("SELECT 1 FROM checkpoints")


async def _compare(connection: AsyncConnection, model: ReadModel) -> Verdict:
    """Compare a live table with its shadow, every column of every row, both ways."""
    live, made = Table(model), shadow(model)
    cursor = await connection.execute(f"SELECT count(*) FROM {made.name}")
    (checked,) = await cursor.fetchone() or (0,)
    surplus, extra = await _only_in(connection, live, made)
    missing, lost = await _only_in(connection, made, live)
    examples = [f"the table has, but the log doesn't say: {row}" for row in extra]
    examples += [f"the log says, but the table doesn't have: {row}" for row in lost]
    return Verdict(model.name, checked, surplus + missing, tuple(examples))


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
