"""Waiting until the read models behind the append contain every acknowledged event of a tenant.

A query over such a read model waits first, so that a client sees every event that any process has
acknowledged. The timeout keeps a projector that is down from holding up every query.
"""

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic

from psycopg_pool import AsyncConnectionPool

from application.errors import Behind
from infrastructure.following.follower import Follower
from infrastructure.log.reader import tenant_head
from infrastructure.postgres.fetch import connected
from infrastructure.projecting.row_writer import FOLLOWER

PATIENCE = 2.0
"""Seconds that a query waits for a read model behind the append."""

POLL = 0.008
"""Seconds between two looks at the checkpoint where another process is the owner."""

CHECKPOINT = (
    f"SELECT min(position) FROM checkpoints WHERE follower = '{FOLLOWER}' "
    "AND name = ANY(%(names)s) HAVING count(*) = cardinality(%(names)s::text[])"
)

HEAD_AND_CHECKPOINT = (
    f"SELECT coalesce(({tenant_head('%(tenant)s')}), 0), coalesce(({CHECKPOINT}), -1)"
)


async def caught_up(
    pool: AsyncConnectionPool,
    read_models: Sequence[str],
    tenant: str,
    timeout: float = PATIENCE,
    projector: Follower | None = None,
) -> None:
    """Wait until the read models have passed the head of the tenant's log as it is now.

    `projector` is this process's own projector, which is asked to hurry. Raises Behind after
    `timeout` seconds, Unavailable if the database can't be reached.
    """
    names = list(read_models)
    deadline = monotonic() + timeout
    head, checkpoint = await _row(pool, HEAD_AND_CHECKPOINT, {"tenant": tenant, "names": names})
    while head and checkpoint < head:
        left = deadline - monotonic()
        if left <= 0:
            raise Behind(f"Not caught up yet: {' and '.join(names)}, at {checkpoint} of {head}.")
        if projector is not None and projector.owner:
            await _follow(projector, names, head, min(left, 0.25))
        else:
            await asyncio.sleep(min(left, POLL))
        (checkpoint,) = await _row(pool, f"SELECT coalesce(({CHECKPOINT}), -1)", {"names": names})


async def _follow(projector: Follower, names: Sequence[str], head: int, seconds: float) -> None:
    """Wait until this process's projector has reached the head, for some seconds: another process
    may become the owner."""
    deadline = monotonic() + seconds
    while min(map(projector.reached, names)) < head:
        left = deadline - monotonic()
        if left <= 0:
            return
        projector.hurry()
        await projector.advanced.wait(left)


async def _row(
    pool: AsyncConnectionPool, sql: str, parameters: Mapping[str, object]
) -> tuple[int, ...]:
    async with connected(pool) as connection:
        cursor = await connection.execute(sql, parameters, prepare=True)
        return await cursor.fetchone() or ()
