"""A snapshot of the database for long reads, fetched in parts by server-side cursors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import IsolationLevel

AT_ONCE = 500
"""Rows fetched at a time."""


class Snapshot:
    def __init__(self, connection: psycopg.Connection[Any]):
        self._connection = connection
        self._cursors = 0

    def one(self, sql: str, parameters: Mapping[str, Any]) -> tuple[Any, ...]:
        row = self._connection.execute(sql, parameters).fetchone()
        assert row is not None
        return tuple(row)

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        self._cursors += 1
        with self._connection.cursor(f"snapshot_{self._cursors}") as cursor:
            cursor.itersize = AT_ONCE
            yield from cursor.execute(sql, parameters)


@contextmanager
def snapshot(conninfo: str) -> Iterator[Snapshot]:
    """All queries inside the block see the same snapshot. Raises psycopg.Error."""
    with psycopg.connect(conninfo) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield Snapshot(connection)
