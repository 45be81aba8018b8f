"""Feeding read models from the log: read a page, fold it, write it, and read on meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

from infrastructure.log.folding import Folder, Item
from infrastructure.log.pages import LogReader
from infrastructure.log.reader import END
from infrastructure.postgres.pipeline import PipelineConnection
from infrastructure.projecting.statements import Table
from infrastructure.projecting.writer import Writer

PAGE_SIZE = 1000

SESSION = (
    # Rows and checkpoint are lost together, if at all, and made again from the log: a read model
    # needn't wait for the disk.
    "SET synchronous_commit = off",
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET lock_timeout = '30s'",
)


class Folded(NamedTuple):
    """A page's steps, and the position up to which they stand for the log. None left: `last` is
    where the page began."""

    items: Sequence[Item]
    last: int


class Feed:
    """Two connections: while PostgreSQL writes one page, the next is read and folded."""

    def __init__(self, connection: PipelineConnection, reader: LogReader, writer: Writer):
        self.connection = connection
        self.writer = writer
        self._reader = reader
        self._folder = Folder(reader.earlier)

    @classmethod
    async def open(
        cls, conninfo: str, tables: Sequence[Table], make_writer: type[Writer] = Writer
    ) -> Self:
        """Raises psycopg.OperationalError."""
        connection = await PipelineConnection.connect(conninfo, SESSION)
        try:
            kinds = {kind for table in tables for kind in table.model.kinds}
            reader = await LogReader.connect(conninfo, kinds)
        except BaseException:
            await connection.close()
            raise
        return cls(connection, reader, make_writer(connection, tables))

    async def close(self) -> None:
        await self.connection.close()
        await self._reader.close()

    async def catch_up(
        self,
        *,
        upto: int = END,
        page_size: int = PAGE_SIZE,
        landed: Callable[[int], None] = lambda _: None,
        enough: Callable[[int], bool] = lambda _: False,
    ) -> int:
        """Write everything there is in the log, up to a position; the position reached.

        The writer has to be loaded. `landed` hears how far it is; `enough` is asked after a page
        whether the rest is left to others. Raises Moved, psycopg.Error.
        """
        after = self.writer.after
        if after is None:
            return 0
        page = await self.read(after, page_size, upto)
        while page.last > after:
            landing = asyncio.create_task(self.writer.land(page.items, page.last))
            try:
                following = Folded((), page.last)
                if not enough(page.last):
                    following = await self.read(page.last, page_size, upto)
            finally:
                await landing
            landed(page.last)
            after, page = page.last, following
        return after

    async def read(self, after: int, limit: int, upto: int) -> Folded:
        page = await self._reader.page(after, limit, upto)
        return Folded(await self._folder.fold(page.events), page.last)
