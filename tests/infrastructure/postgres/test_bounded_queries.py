"""Queries that may take long: bounded in time and number, on one snapshot, without writing."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres.bounded_queries import BoundedQueries, LookingBack, TooSlow
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.tenant_limiter import LimitReached, TenantLimiter

pytestmark = pytest.mark.anyio

Pool = AsyncConnectionPool[Any]


@pytest.fixture
async def pool(module_database: str) -> AsyncIterator[Pool]:
    async with AsyncConnectionPool[Any](
        module_database, min_size=1, max_size=6, open=False, kwargs={"autocommit": True}
    ) as one:
        yield one


async def sleep(queries: BoundedQueries, tenant: str = "1", seconds: float = 0.3) -> None:
    async with queries.open(tenant) as fetch:
        await fetch("SELECT pg_sleep(%s)", (seconds,))


async def test_a_slow_query_is_stopped_and_the_next_one_runs(pool: Pool):
    queries = BoundedQueries(TenantPools(pool), seconds=0.5)
    with pytest.raises(TooSlow, match=r"longer than 0.5 seconds"):
        await sleep(queries, seconds=600)
    async with queries.open("1") as fetch:
        assert await fetch("SELECT 1", ()) == [(1,)]


async def test_the_bound_is_gone_from_the_connection_afterwards(pool: Pool):
    async with BoundedQueries(TenantPools(pool), seconds=60).open("1") as fetch:
        await fetch("SELECT 1", ())
    async with pool.connection() as connection:
        cursor = await connection.execute("SHOW statement_timeout")
        assert await cursor.fetchone() == ("0",)


async def test_all_queries_see_what_the_first_one_saw(pool: Pool):
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE seen (n int)")
        async with BoundedQueries(TenantPools(pool)).open("1") as fetch:
            assert await fetch("SELECT count(*) FROM seen", ()) == [(0,)]
            await connection.execute("INSERT INTO seen VALUES (1)")
            assert await fetch("SELECT count(*) FROM seen", ()) == [(0,)]


async def test_a_snapshot_is_read_only(pool: Pool):
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        async with BoundedQueries(TenantPools(pool)).open("1") as fetch:
            await fetch("CREATE TABLE unwanted (n int)", ())


async def test_a_tenant_takes_no_more_than_its_share(pool: Pool):
    queries = BoundedQueries(TenantPools(pool), seconds=60, at_once=4, at_once_of_a_tenant=2)
    running, most = 0, 0
    both, enough = asyncio.Event(), asyncio.Event()

    async def hog() -> None:
        nonlocal running, most
        async with queries.open("hog"):
            running += 1
            most = max(most, running)
            if running == 2:
                both.set()
            await enough.wait()
            running -= 1

    hogging = [asyncio.create_task(hog()) for _ in range(8)]
    async with asyncio.timeout(60):
        await both.wait()
        await sleep(queries, "other", 0)  # while the hog holds its share and waits for more
        enough.set()
        await asyncio.gather(*hogging)
    assert most == 2


async def test_a_caller_who_waits_too_long_for_a_slot_is_too_slow(pool: Pool):
    queries = BoundedQueries(TenantPools(pool), seconds=0.5, at_once_of_a_tenant=1)
    async with queries.open("1"):
        with pytest.raises(TooSlow):
            await sleep(queries, seconds=0)


async def look_back(looking: LookingBack, tenant: str, seconds: float) -> None:
    async with looking.connection(tenant) as connection:
        await connection.execute("SELECT pg_sleep(0.01)")
        await asyncio.sleep(seconds)


async def test_a_look_back_has_so_long_in_all(pool: Pool):
    with pytest.raises(TooSlow):
        await look_back(LookingBack(TenantPools(pool), seconds=0.3), "1", 60)
    await look_back(LookingBack(TenantPools(pool), seconds=60), "1", 0)


async def test_a_tenant_looks_back_once_at_a_time(pool: Pool):
    looking = LookingBack(TenantPools(pool), seconds=0.5)
    looking._seconds = 60
    one = asyncio.create_task(look_back(looking, "1", 60))
    await asyncio.sleep(0.05)
    await look_back(looking, "2", 0)
    with pytest.raises(LimitReached):
        await look_back(looking, "1", 0)
    one.cancel()


async def test_a_mutant_without_shares_lets_a_tenant_look_back_again(pool: Pool):
    looking = LookingBack(TenantPools(pool), seconds=60)
    looking._limiter = TenantLimiter(100, each=100, patience=60)
    one = asyncio.create_task(look_back(looking, "1", 60))
    await asyncio.sleep(0.05)
    await look_back(looking, "1", 0)
    one.cancel()
