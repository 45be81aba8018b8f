"""Queries that may take long, within bounds: how long, how many at once, how many of one tenant.

Each runs in a transaction of its own that sees one snapshot, changes nothing and is planned for its
own parameters: a term that matches ten records and one that matches all of them are best answered
in different ways.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from infrastructure.postgres.fetch import fetching_on
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.tenant_limiter import LimitReached, TenantLimiter
from projections.paging import Fetch

SECONDS = 5.0
AT_ONCE = 4
AT_ONCE_OF_A_TENANT = 2

LOOKS_AT_ONCE = 2
LOOK_SECONDS = 10.0


class TooSlow(Exception):
    """The query took longer than `seconds`, or waited that long for others."""

    def __init__(self, seconds: float):
        super().__init__(f"A query takes longer than {seconds:g} seconds.")
        self.seconds = seconds


class BoundedQueries:
    """`at_once` has to leave connections of the pools to everybody else."""

    def __init__(
        self,
        pools: TenantPools,
        *,
        seconds: float = SECONDS,
        at_once: int = AT_ONCE,
        at_once_of_a_tenant: int = AT_ONCE_OF_A_TENANT,
    ):
        self._pools = pools
        self._seconds = seconds
        self._limiter = TenantLimiter(at_once, each=at_once_of_a_tenant, patience=seconds)
        self._begin = (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {round(seconds * 1000)}",
            "SET LOCAL jit = off",
            "SET LOCAL max_parallel_workers_per_gather = 0",
        )

    @asynccontextmanager
    async def open(self, tenant: str) -> AsyncIterator[Fetch]:
        """Runs queries on one snapshot. Raises TooSlow, psycopg.OperationalError, PoolTimeout."""
        try:
            async with (
                self._limiter.slot(tenant),
                self._pools.of(tenant).connection() as connection,
                connection.pipeline(),
                connection.transaction(),
            ):
                # All of it goes out with the first query, without waiting in between.
                for statement in self._begin:
                    await connection.execute(statement)
                yield fetching_on(connection, prepare=False)
        except (LimitReached, psycopg.errors.QueryCanceled):
            raise TooSlow(self._seconds) from None


class LookingBack:
    """Connections for folding many streams up to an instant, which takes the event loop's time as
    well: `at_once`, one of a tenant, each for so many `seconds` in all."""

    def __init__(
        self, pools: TenantPools, *, at_once: int = LOOKS_AT_ONCE, seconds: float = LOOK_SECONDS
    ):
        self._pools = pools
        self._seconds = seconds
        self._limiter = TenantLimiter(at_once, each=1, patience=seconds)

    @asynccontextmanager
    async def connection(self, tenant: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Raises TooSlow, LimitReached, psycopg.OperationalError, PoolTimeout."""
        async with self._limiter.slot(tenant):
            try:
                # Inside the timeout: the pool closes the connection of what is canceled.
                async with (
                    asyncio.timeout(self._seconds),
                    self._pools.of(tenant).connection() as connection,
                ):
                    yield connection
            except TimeoutError:
                raise TooSlow(self._seconds) from None
