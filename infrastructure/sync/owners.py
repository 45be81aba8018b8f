"""Owners: an account is visited by one process at a time.

The owner holds an advisory lock. All locks of a process are on one connection: losing the
connection loses the locks as well, and the fence of `visit.py` keeps such an owner from writing
over its successor.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo

from infrastructure.following.session import KEEPALIVES

TRY = "SELECT pg_try_advisory_lock(%s)"
RELEASE = "SELECT pg_advisory_unlock(%s)"


def key_of(account: UUID) -> int:
    """The key of the account's lock, 64 bits of a hash: none of the keys of `locks.py`."""
    digest = hashlib.sha256(b"calendar account" + account.bytes).digest()
    return int.from_bytes(digest[:8], signed=True)


class Owners:
    def __init__(self, connection: psycopg.AsyncConnection[Any]):
        self._connection = connection
        self._turn = asyncio.Lock()
        self._held: set[int] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, conninfo: str) -> AsyncIterator[Self]:
        """Raises psycopg.OperationalError."""
        conninfo = make_conninfo(conninfo, application_name="kith sync owners", **KEEPALIVES)
        connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
        async with connection:
            yield cls(connection)

    @property
    def lost(self) -> bool:
        """True once the connection is gone, and all locks with it."""
        return self._connection.closed

    @asynccontextmanager
    async def owning(self, account: UUID) -> AsyncIterator[bool]:
        """Own the account inside the block, which gets False if another one owns it. Raises
        psycopg.Error."""
        key = key_of(account)
        # PostgreSQL grants a lock again to the session that holds it.
        if key in self._held:
            yield False
            return
        self._held.add(key)
        try:
            if not await self._ask(TRY, key):
                yield False
                return
            try:
                yield True
            finally:
                with suppress(psycopg.Error):  # a lost connection holds no lock
                    await asyncio.shield(self._ask(RELEASE, key))
        finally:
            self._held.discard(key)

    async def _ask(self, sql: str, key: int) -> bool:
        async with self._turn:
            cursor = await self._connection.execute(sql, (key,))
            ((granted,),) = await cursor.fetchall()
            return bool(granted)
