"""A pool whose callers are canceled at any time loses no connection, and mixes no replies up."""

import asyncio
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres.bounded_queries import BoundedQueries
from infrastructure.postgres.pool import Pool
from infrastructure.postgres.tenant_pools import TenantPools

pytestmark = pytest.mark.anyio


async def canceled_while_returning(pool: AsyncConnectionPool[Any], patience: float = 60) -> bool:
    """True if the next caller gets the connection of one that is canceled while handing it on."""
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
    second = asyncio.create_task(follow())
    while not pool._waiting:  # noqa: ASYNC110
        await asyncio.sleep(0)
    async with pool._waiting[0]._cond:  # until then, nothing can be handed to the second caller
        enough.set()
        while pool._waiting:  # noqa: ASYNC110
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0.01)
    _, outcome = await asyncio.gather(first, second, return_exceptions=True)
    return outcome is None


async def test_a_caller_that_is_canceled_gives_its_connection_back(module_database: str):
    async with Pool(module_database, min_size=1, max_size=1, open=False) as pool:
        assert await canceled_while_returning(pool)
        assert await canceled_while_returning(pool)


async def test_the_check_detects_a_pool_that_loses_connections(module_database: str):
    plain = AsyncConnectionPool[Any](module_database, min_size=1, max_size=1, open=False)
    async with plain as pool:
        assert not await canceled_while_returning(pool, patience=0.5)


async def canceled_while_querying(pool: AsyncConnectionPool[Any], rounds: int = 40) -> None:
    """Cancel a snapshot's queries a little later each time, and use the connection again."""
    queries = BoundedQueries(TenantPools(pool), seconds=60)

    async def ask(number: int) -> list[tuple[Any, ...]]:
        async with queries.open("1") as fetch:
            await fetch("SELECT pg_sleep(0.002)", ())
            await fetch("SELECT pg_sleep(0.002)", ())
            return await fetch("SELECT %s", (number,))

    for number in range(rounds):
        asked = asyncio.create_task(ask(-1))
        await asyncio.sleep(number * 0.0003)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert await ask(number) == [(number,)]


async def test_a_canceled_query_leaves_nothing_to_the_next_caller(module_database: str):
    async with Pool(
        module_database, min_size=1, max_size=1, open=False, kwargs={"autocommit": True}
    ) as pool:
        await canceled_while_querying(pool)


async def test_the_connection_of_a_canceled_query_is_closed(module_database: str):
    used, asked = list[int](), asyncio.Event()

    async def ask(seconds: float) -> None:
        async with pool.connection() as connection:
            used.append(connection.info.backend_pid)
            asked.set()
            await connection.execute("SELECT pg_sleep(%s)", (seconds,))

    async with Pool(module_database, min_size=1, max_size=1, open=False) as pool:
        canceled = asyncio.create_task(ask(600))
        await asked.wait()
        canceled.cancel()
        await asyncio.gather(canceled, return_exceptions=True)
        await ask(0)
        await ask(0)
    assert used[0] != used[1] == used[2]
