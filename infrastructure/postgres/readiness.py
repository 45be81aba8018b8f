"""Readiness: the database answers, on a connection that nothing else can keep busy."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg

from infrastructure.postgres.shared_reads import SharedReads

PATIENCE = 5.0
"""Seconds for an answer, and for a new connection."""

CALLERS = 10_000
"""Callers that share an answer."""


class Readiness:
    def __init__(self, conninfo: str):
        self._conninfo = conninfo
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._asked: SharedReads[None, None] = SharedReads(
            self._ask, at_once=1, most=CALLERS, patience=PATIENCE
        )

    async def check(self) -> None:
        """Raises psycopg.OperationalError or Unavailable if the database doesn't answer in time."""
        await self._asked.get(None)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _ask(self, callers: Sequence[None]) -> Sequence[None]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, connect_timeout=round(PATIENCE)
                )
            await self._connection.execute("SELECT 1")
        except (psycopg.Error, asyncio.CancelledError):
            await self.close()
            raise
        return callers
