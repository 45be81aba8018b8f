"""Queries on a pool, for those who need no more than rows."""

from collections.abc import Sequence
from typing import Any

from psycopg_pool import AsyncConnectionPool

from projections.paging import Fetch


def fetching(pool: AsyncConnectionPool[Any]) -> Fetch:
    """Runs each query on a connection of the pool. The queries raise psycopg.Error."""

    async def fetch(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        async with pool.connection() as connection:
            cursor = await connection.execute(sql, parameters, prepare=True)
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
            return rows

    return fetch
