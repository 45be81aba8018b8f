"""Additions of webhooks, serialised per tenant so that the tenant's webhooks can be counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres.locks import WEBHOOKS_LOCK

LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
COUNT = "SELECT count(*) FROM webhooks WHERE tenant = %s"


class WebhookRegister:
    """The port `Register`, for the processes of one database."""

    def __init__(self, pool: AsyncConnectionPool[Any]):
        self._pool = pool
        self._here = asyncio.Lock()

    @asynccontextmanager
    async def adding(self, tenant: str) -> AsyncIterator[int]:
        """The number of the tenant's webhooks, to which only this block adds. Raises psycopg.Error
        and PoolTimeout."""
        # A caller that waits for another process holds a connection: only one does in this process.
        async with (
            self._here,
            self._pool.connection() as connection,
            connection.transaction(),
        ):
            await connection.execute(LOCK, (WEBHOOKS_LOCK, tenant))
            cursor = await connection.execute(COUNT, (tenant,))
            ((others,),) = await cursor.fetchall()
            yield others
