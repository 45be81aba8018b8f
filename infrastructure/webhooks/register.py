"""Additions of webhooks, one after the other per tenant so that its webhooks can be counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres.locks import WEBHOOKS_LOCK
from infrastructure.postgres.turns import Turns

COUNT = "SELECT count(*) FROM webhooks WHERE tenant = %s"


class WebhookRegister:
    """The port `Register`."""

    def __init__(self, pool: AsyncConnectionPool[Any]):
        self._turns = Turns(pool, WEBHOOKS_LOCK)

    @asynccontextmanager
    async def adding(self, tenant: str) -> AsyncIterator[int]:
        """The number of the tenant's webhooks, to which only this block adds. Raises psycopg.Error
        and PoolTimeout."""
        async with self._turns.of(tenant) as connection:
            cursor = await connection.execute(COUNT, (tenant,))
            ((others,),) = await cursor.fetchall()
            yield others
