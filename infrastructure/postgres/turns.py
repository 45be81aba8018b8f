"""Turns of a tenant's callers, for what has to be counted before it is added to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

TAKE = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


class Turns:
    """The turns of one subject, which `lock` names, for the processes of one database."""

    def __init__(self, pool: AsyncConnectionPool[Any], lock: int):
        self._pool = pool
        self._lock = lock
        self._here = asyncio.Lock()

    @asynccontextmanager
    async def of(self, tenant: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection, for the time in which no other caller of the tenant has a turn. Raises
        psycopg.Error and PoolTimeout."""
        # A caller that waits for another process holds a connection: only one does in this process.
        async with (
            self._here,
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute(TAKE, (self._lock, tenant))
            yield connection
