"""Queries whose callers need no more than rows."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from projections.paging import Fetch

Rows = list[tuple[Any, ...]]


def fetching(pool: AsyncConnectionPool[Any]) -> Fetch:
    """Runs each query on a connection of the pool. Raises psycopg.Error and PoolTimeout."""

    async def fetch(sql: str, parameters: Sequence[Any]) -> Rows:
        async with pool.connection() as connection:
            return await fetching_on(connection)(sql, parameters)

    return fetch


def fetching_on(connection: psycopg.AsyncConnection[Any], *, prepare: bool = True) -> Fetch:
    """Runs each query on this connection. Raises psycopg.Error."""

    async def fetch(sql: str, parameters: Sequence[Any]) -> Rows:
        cursor = await connection.execute(sql, parameters, prepare=prepare)
        return await cursor.fetchall()

    return fetch
