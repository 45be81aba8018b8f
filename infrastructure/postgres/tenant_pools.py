"""A share of a pool's connections for each tenant, so that no tenant's reads take all of them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import psycopg
from psycopg_pool import AsyncConnectionPool

from infrastructure.tenant_limiter import TenantLimiter

AT_ONCE = 6
"""Connections for the reads of all tenants. The rest of the pool is for writes and short reads that
many callers share."""

AT_ONCE_OF_A_TENANT = 4
PATIENCE = 5.0
"""Seconds that a read waits for a connection of its tenant's share."""


class Connections(Protocol):
    """A pool, or a share of one."""

    def connection(self) -> AbstractAsyncContextManager[psycopg.AsyncConnection[Any]]: ...


class TenantPools:
    """The shares of `pool`."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        *,
        at_once: int = AT_ONCE,
        at_once_of_a_tenant: int = AT_ONCE_OF_A_TENANT,
        patience: float = PATIENCE,
    ):
        self._pool = pool
        self._limiter = TenantLimiter(at_once, each=at_once_of_a_tenant, patience=patience)

    def of(self, tenant: str) -> Connections:
        return _Share(self._pool, self._limiter, tenant)


class _Share:
    def __init__(self, pool: AsyncConnectionPool[Any], limiter: TenantLimiter, tenant: str):
        self._pool = pool
        self._limiter = limiter
        self._tenant = tenant

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """Raises LimitReached, PoolTimeout, psycopg.OperationalError."""
        async with self._limiter.slot(self._tenant), self._pool.connection() as connection:
            yield connection
