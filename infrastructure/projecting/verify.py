"""Verification: each read model equals a rebuild from the log, and the log has no gap.

A shadow is filled as for a rebuild. The append lock (for a model behind the append, the lock of its
checkpoint's row) is held for a moment: the shadow catches up to the position of the live table, and
a snapshot is taken that sees both. They are compared without a lock.
"""

from collections.abc import Sequence

from psycopg import AsyncConnection

from infrastructure.log.check import Verdict, check_log
from infrastructure.progress import Progress, silent
from infrastructure.projecting import tables
from infrastructure.projecting.compare import compare
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
        with_append = [model for model in current if model.with_append]
        if with_append:
            verdicts += await _with_append(connection, conninfo, with_append, progress)
        for model in current:
            if not model.with_append:
                verdicts.append(await _behind(connection, conninfo, model, progress))
        order = [model.name for model in models]
        return [verdicts[0], *sorted(verdicts[1:], key=lambda verdict: order.index(verdict.name))]


async def _with_append(
    connection: AsyncConnection, conninfo: str, models: Sequence[ReadModel], progress: Progress
) -> list[Verdict]:
    async with (
        filled(connection, conninfo, models, progress) as session,
        await _other(conninfo) as eye,
    ):
        await session.catch_up()
        async with connection.transaction():
            await tables.execute(connection, [tables.HOLD_APPENDS])
            await session.catch_up()
            await _look(eye)
        return [await compare(eye, Table(model), shadow(model)) for model in models]


async def _behind(
    connection: AsyncConnection, conninfo: str, model: ReadModel, progress: Progress
) -> Verdict:
    upto = await _checkpoint(connection, model, CHECKPOINT)
    async with (
        filled(connection, conninfo, [model], progress, upto) as session,
        await _other(conninfo) as eye,
    ):
        async with connection.transaction():
            upto = await _checkpoint(connection, model, f"{CHECKPOINT} FOR UPDATE")
            await session.catch_up(upto=upto)
            await _look(eye)
        return await compare(eye, Table(model), shadow(model))


async def _checkpoint(connection: AsyncConnection, model: ReadModel, sql: str) -> int:
    cursor = await connection.execute(sql, (model.name,))
    (checkpoint,) = await cursor.fetchone() or (0,)
    return int(checkpoint)


async def _other(conninfo: str) -> AsyncConnection:
    return await AsyncConnection.connect(conninfo)


async def _look(eye: AsyncConnection) -> None:
    """Take the snapshot of the connection's transaction."""
    await eye.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    await eye.execute("SELECT 1 FROM checkpoints")
