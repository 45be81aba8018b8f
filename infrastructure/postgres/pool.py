"""The pool of connections: psycopg's, for callers that may be canceled at any time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

PATIENCE = 10.0
"""Seconds to wait for a connection of a relaxed pool."""


class Pool(AsyncConnectionPool[psycopg.AsyncConnection[Any]]):
    """A pool that outlives cancellation in two ways that psycopg's doesn't.

    A canceled query may leave replies unread, or a transaction open: its connection is closed. And
    a return that is canceled while it hands the connection to the next caller would lose both, the
    connection for good and the caller until its timeout: a return goes on.
    """

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._returning: set[asyncio.Task[None]] = set()  # the loop holds only weak references

    @asynccontextmanager
    async def connection(
        self, timeout: float | None = None
    ) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with super().connection(timeout) as connection:
            try:
                yield connection
            except asyncio.CancelledError:
                connection._expire_at = 0.0  # the pool closes it without a warning
                raise

    async def putconn(self, conn: psycopg.AsyncConnection[Any]) -> None:
        returning = asyncio.create_task(super().putconn(conn))
        self._returning.add(returning)
        returning.add_done_callback(self._returning.discard)
        await asyncio.shield(returning)


def relaxed_pool(conninfo: str, name: str, size: int, *statements: str) -> Pool:
    """A pool of up to `size` connections for a role that repeats its work after a crash: a crash of
    the database takes back the role's own notes alone, so no commit waits for the disk. Each
    connection runs the statements when it is opened."""

    async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
        for statement in ("SET synchronous_commit = off", *statements):
            await connection.execute(statement.encode())

    return Pool(
        conninfo,
        min_size=1,
        max_size=size,
        open=False,
        timeout=PATIENCE,
        kwargs={"autocommit": True, "application_name": f"kith {name}"},
        configure=configure,
    )
