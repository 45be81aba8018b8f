"""Drops the answers that are kept for idempotency keys once they are old, with the digests of their
requests. The keys stay: a repeat is refused, and has no effect.

Any number of processes may do it; each leaves alone what another one is dropping.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

logger = logging.getLogger(__name__)

BATCH = 500
"""Answers dropped by one statement."""

PAUSE = 0.25
"""Seconds after a full batch, before the next one."""

EVERY = 600.0
"""Seconds between two looks for old answers."""

FORGET = """
UPDATE command_keys SET digest = NULL, answer = NULL WHERE scope = ANY(ARRAY(
    SELECT scope FROM command_keys
    WHERE answer IS NOT NULL AND recorded_at < now() - make_interval(days => %s)
    ORDER BY recorded_at LIMIT %s FOR UPDATE SKIP LOCKED))
"""


async def forget(pool: AsyncConnectionPool[Any], days: int, most: int = BATCH) -> int:
    """Drop up to `most` answers that are older than `days`; their number. Raises psycopg.Error."""
    async with pool.connection() as connection:
        cursor = await connection.execute(FORGET, (days, most))
        return int(cursor.rowcount)


@asynccontextmanager
async def forgetting(pool: AsyncConnectionPool[Any], days: int) -> AsyncIterator[None]:
    """Drop the answers that are older than `days` until the block is left."""
    task = asyncio.create_task(_for_ever(pool, days), name="forgetting answers")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _for_ever(pool: AsyncConnectionPool[Any], days: int) -> None:
    while True:
        dropped = 0
        try:
            dropped = await forget(pool, days)
        except psycopg.Error as error:
            logger.warning("old answers are dropped later: %s: %s", type(error).__name__, error)
        await asyncio.sleep(PAUSE if dropped == BATCH else EVERY)
