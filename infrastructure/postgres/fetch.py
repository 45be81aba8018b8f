"""Connections of a pool, and queries whose callers need no more than rows."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from application.errors import Unavailable
from infrastructure.postgres.tenant_pools import Connections
from projections.paging import Fetch

Rows = list[tuple[Any, ...]]


@asynccontextmanager
async def connected(pool: Connections) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection of the pool. Raises Unavailable if the database can't be reached, also by the
    block."""
    try:
        async with pool.connection() as connection:
            yield connection
    except psycopg.OperationalError as error:  # a PoolTimeout is one
        raise Unavailable("The database can't be reached.") from error


def fetching(pool: Connections) -> Fetch:
    """Runs each query on a connection of the pool, or of a tenant's share. Raises psycopg.Error,
    PoolTimeout, LimitReached."""

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
