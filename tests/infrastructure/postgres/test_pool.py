"""A pool whose callers are canceled at any time loses no connection, and mixes no replies up."""

import asyncio
from typing import Any

import pytest
from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres.bounded_queries import BoundedQueries
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


async def canceled_while_querying(pool: AsyncConnectionPool[Any], rounds: int = 40) -> None:
    """Cancel a snapshot's queries a little later each time, and use the connection again."""
    queries = BoundedQueries(pool, seconds=60)

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
