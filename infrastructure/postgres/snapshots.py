"""Queries that may take long, within bounds: how long, how many at once, how many of one tenant.

Each runs in a transaction of its own that sees one snapshot, changes nothing and is planned for its
own parameters: a term that matches ten records and one that matches all of them are best answered
in different ways.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

import psycopg
from psycopg_pool import AsyncConnectionPool

from projections.paging import Fetch

SECONDS = 5.0
AT_ONCE = 4
AT_ONCE_OF_A_TENANT = 2


class TooSlow(Exception):
    """It took longer than `seconds`, or had to wait for others that long."""

    def __init__(self, seconds: float):
        super().__init__(f"A query takes longer than {seconds:g} seconds.")
        self.seconds = seconds


class Snapshots:
    """`at_once` has to leave connections of the pool to everybody else."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        *,
        seconds: float = SECONDS,
        at_once: int = AT_ONCE,
        at_once_of_a_tenant: int = AT_ONCE_OF_A_TENANT,
    ):
        self._pool = pool
        self._seconds = seconds
        self._turns = asyncio.Semaphore(at_once)
        self._of_a_tenant = at_once_of_a_tenant
        self._tenants: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._begin = (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {round(seconds * 1000)}",
            "SET LOCAL jit = off",
            "SET LOCAL max_parallel_workers_per_gather = 0",
        )

    @asynccontextmanager
    async def open(self, tenant: str) -> AsyncIterator[Fetch]:
        """What runs queries on one snapshot.

        Raises TooSlow, psycopg.OperationalError, PoolTimeout.
        """
        own = self._tenants.get(tenant)
        if own is None:
            own = self._tenants[tenant] = asyncio.Semaphore(self._of_a_tenant)
        async with self._turn(own), self._turn(self._turns), self._pool.connection() as connection:
            try:
                # All of it goes out with the first query, without waiting in between.
                async with connection.pipeline(), connection.transaction():
                    for statement in self._begin:
                        await connection.execute(statement)
                    yield _fetch(connection)
            except psycopg.errors.QueryCanceled:
                raise TooSlow(self._seconds) from None

    @asynccontextmanager
    async def _turn(self, turns: asyncio.Semaphore) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._seconds):
                await turns.acquire()
        except TimeoutError:
            raise TooSlow(self._seconds) from None
        try:
            yield
        finally:
            turns.release()


def _fetch(connection: psycopg.AsyncConnection[Any]) -> Fetch:
    async def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        cursor = await connection.execute(sql, parameters, prepare=False)
        return await cursor.fetchall()

    return fetch
