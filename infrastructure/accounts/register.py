"""A user's accounts, changed in turn so that they can be counted and one of them is written."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import AsyncConnectionPool

from application.account_ports import Others
from infrastructure.postgres.locks import ACCOUNTS_LOCK
from infrastructure.postgres.turns import Turns

OTHERS = "SELECT id, written IS NOT NULL FROM accounts WHERE tenant = %s AND user_id = %s"


class Register:
    """The port `AccountRegister`."""

    def __init__(self, pool: AsyncConnectionPool[Any]):
        self._turns = Turns(pool, ACCOUNTS_LOCK)

    @asynccontextmanager
    async def changing(self, tenant: str, user: str) -> AsyncIterator[Others]:
        """Raises psycopg.Error and PoolTimeout."""
        async with self._turns.of(tenant) as connection:
            cursor = await connection.execute(OTHERS, (tenant, user))
            rows = await cursor.fetchall()
            yield Others(len(rows), tuple(identity for identity, written in rows if written))
