"""A visit: the time in which a process owns an account, and the fence around what it writes.

A process that stalls may lose its lock without knowing. So each visit has an id of its own, which
the next visit replaces; whatever a visit writes is written in a transaction that holds the id, and
fails once the visit was overtaken.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg_pool import AsyncConnectionPool

from infrastructure.sync.account import VisitedAccount

BEGIN = """
INSERT INTO calendar_visits (account, visit) VALUES (%(account)s, gen_random_uuid())
ON CONFLICT (account) DO UPDATE SET visit = excluded.visit RETURNING visit
"""

HOLD = "SELECT FROM calendar_visits WHERE account = %s AND visit = %s FOR SHARE"


class Overtaken(Exception):
    """Another process has begun a visit of the account since."""


class Visit:
    """Methods raise psycopg.Error and PoolTimeout."""

    hold_sql = HOLD
    """Replaced by the mutants of the tests."""

    def __init__(self, pool: AsyncConnectionPool[Any], account: VisitedAccount, visit: UUID):
        self._pool = pool
        self._visit = visit
        self.account = account

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection in a transaction, during which the next visit can't begin. Raises
        Overtaken."""
        async with self._pool.connection() as connection, connection.transaction():
            held = await connection.execute(self.hold_sql, (self.account.id, self._visit))
            if not held.rowcount:
                raise Overtaken
            yield connection

    async def check(self) -> None:
        """Raises Overtaken."""
        async with self.transaction():
            pass

    async def read(self, sql: str, parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
            return rows


async def begin_visit(pool: AsyncConnectionPool[Any], account: VisitedAccount) -> Visit:
    """Begin a visit, which overtakes the one before. Raises psycopg.Error and PoolTimeout."""
    async with pool.connection() as connection:
        cursor = await connection.execute(BEGIN, {"account": account.id})
        ((visit,),) = await cursor.fetchall()
    return Visit(pool, account, visit)
