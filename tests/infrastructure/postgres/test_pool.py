"""A connection comes back to the pool, and to who waits for it, though its caller is canceled."""

import asyncio
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres.pool import Pool

pytestmark = pytest.mark.anyio


async def canceled_while_returning(
    pool: AsyncConnectionPool[Any], steps: int, patience: float = 60
) -> bool:
    """True if the next caller gets the connection of one that is canceled so many steps of the
    loop after it began to give the connection back."""
    held, enough = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with pool.connection():
            held.set()
            await enough.wait()

    async def follow() -> None:
        async with pool.connection(timeout=patience):
            pass

    first = asyncio.create_task(hold())
    await held.wait()
    enough.set()
    second = asyncio.create_task(follow())
    for _ in range(steps):
        await asyncio.sleep(0)
    first.cancel()
    _, outcome = await asyncio.gather(first, second, return_exceptions=True)
    return outcome is None


@pytest.mark.parametrize("steps", range(6))
async def test_a_caller_that_is_canceled_gives_its_connection_back(
    module_database: str, steps: int
):
    async with Pool(module_database, min_size=1, max_size=1, open=False) as pool:
        assert await canceled_while_returning(pool, steps)
        assert await canceled_while_returning(pool, 0)


async def test_the_check_detects_a_pool_that_loses_connections(module_database: str):
    async def lost(steps: int) -> bool:
        plain = AsyncConnectionPool[Any](module_database, min_size=1, max_size=1, open=False)
        async with plain as pool:
            return not await canceled_while_returning(pool, steps, patience=0.5)

    assert any([await lost(steps) for steps in range(6)])
