"""Pages of the log with a prefetch: while one page is decoded, PostgreSQL reads the next."""

import asyncio
from collections.abc import Collection
from typing import Any, Self

from psycopg import AsyncConnection

from infrastructure.log.events import Row
from infrastructure.log.reader import END, LogReader, Page, page_of


class PrefetchingReader:
    """Reads the events of some `kinds` of streams, all if None, on a connection of its own; not for
    two tasks at a time."""

    def __init__(self, connection: AsyncConnection[Any], kinds: Collection[str] | None = None):
        self.log = LogReader(connection)
        self._connection = connection
        self._kinds = kinds
        self._ahead: tuple[tuple[int, int, int], asyncio.Task[list[Row]]] | None = None

    @classmethod
    async def connect(cls, conninfo: str, kinds: Collection[str] | None = None) -> Self:
        """Raises psycopg.OperationalError."""
        return cls(await AsyncConnection.connect(conninfo, autocommit=True), kinds)

    async def close(self) -> None:
        try:
            if self._ahead is not None:
                self._ahead[1].cancel()
                await self._drain()
        finally:
            await self._connection.close()

    async def page(self, after: int, limit: int, upto: int = END) -> Page:
        """The next `limit` events after a position, or fewer. After a full page, the next one is
        prefetched."""
        rows = await self._rows(after, limit, upto)
        if len(rows) == limit:
            following = int(rows[-1][2]), limit, upto
            read = self.log.page_rows(*following, self._kinds)
            self._ahead = following, asyncio.create_task(read)
        return await page_of(rows, after)

    async def _rows(self, after: int, limit: int, upto: int) -> list[Row]:
        if self._ahead is not None and self._ahead[0] == (after, limit, upto):
            rows = await self._ahead[1]
            self._ahead = None
            return rows
        await self._drain()
        return await self.log.page_rows(after, limit, upto, self._kinds)

    async def _drain(self) -> None:
        """Wait for the prefetch; ignore its result."""
        if self._ahead is not None:
            await asyncio.wait([self._ahead[1]])
            if not self._ahead[1].cancelled():
                self._ahead[1].exception()
            self._ahead = None
