"""The pool of connections: psycopg's, but a canceled caller gives its connection back."""

import asyncio
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool


class Pool(AsyncConnectionPool[psycopg.AsyncConnection[Any]]):
    """psycopg's pool hands a returned connection to the next caller that waits. If the return is
    canceled in between, both are lost: the connection for good, the caller until its timeout."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._returning: set[asyncio.Task[None]] = set()  # the loop holds only weak references

    async def putconn(self, conn: psycopg.AsyncConnection[Any]) -> None:
        returning = asyncio.create_task(super().putconn(conn))
        self._returning.add(returning)
        returning.add_done_callback(self._returning.discard)
        await asyncio.shield(returning)
