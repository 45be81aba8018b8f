"""The projector: a follower that writes read models, rows and checkpoint in one transaction.

The checkpoint moves first: from then on its row is locked, and another process that writes the same
read model, or swaps it for a rebuilt one, waits or finds it moved. Parked streams are read after
that, so that those of a rebuild count.

If the database refuses rows, the page is bisected until the guilty step stands alone: its stream is
parked in that read model, and everything else lands.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

import psycopg
from pydantic_core import to_json

from infrastructure.following.session import PAGE_SIZE, Page, Part
from infrastructure.log.events import AT_ONCE, Unreadable
from infrastructure.log.folding import Item, kind_of, position_of, stream_of
from infrastructure.postgres.locks import PROJECTOR_LOCK
from infrastructure.postgres.pipeline import COMMIT, ROLLBACK, Command
from infrastructure.projecting.parking import PARKED, park
from infrastructure.projecting.statements import Table, version
from infrastructure.projecting.with_append import Parking
from projections.read_model import Add, Put

logger = logging.getLogger(__name__)

FOLLOWER = "projector"

PACE = 0.2
"""Seconds that steps may gather while no query waits for them, so that pages aren't tiny."""

NOT_THE_DATA = frozenset({"08", "25", "28", "3D", "40", "42", "53", "55", "57", "58", "XX"})
"""Classes of SQLSTATE that concern the server or the schema, not the rows: a full disk or a missing
table parks no stream. The page is tried again until the cause is gone."""


class RowWriter(Part):
    """Writes the tables that it is given, in one transaction as far as no row is refused.

    A table's name is the name of its checkpoint too: a rebuild's shadow table has its own.
    """

    follower = FOLLOWER
    lock = PROJECTOR_LOCK
    pace = PACE

    def __init__(self, tables: Sequence[Table], page_size: int = PAGE_SIZE):
        self._tables = tables
        self.versions = {table.name: version(table.model) for table in tables}
        self.kinds = {kind for table in tables for kind in table.model.kinds}
        self.page_size = page_size

    async def land(self, page: Page) -> None:
        """Write the rows that the page's items change. Raises Moved, psycopg.Error."""
        upto, positions = page.last, self._positions
        tables = [table for table in self._tables if positions.get(table.name, upto) < upto]
        if tables:
            await self._land(tables, page.content, upto)

    @property
    def _positions(self) -> Mapping[str, int]:
        return self.session.checkpoints.positions

    async def _land(self, tables: Sequence[Table], items: Sequence[Item], upto: int) -> None:
        try:
            await self._transaction(tables, items, upto)
        except psycopg.Error as error:
            if self.session.connection.broken or (error.sqlstate or "XX")[:2] in NOT_THE_DATA:
                raise
            await self.session.connection.run([ROLLBACK])
            await self._apart(tables, items, upto, error)

    async def _apart(
        self, tables: Sequence[Table], items: Sequence[Item], upto: int, error: psycopg.Error
    ) -> None:
        if len(tables) > 1:
            for table in tables:
                await self._land([table], items, upto)
            return
        (table,) = tables
        items = _wanted(items, table, self._positions[table.name])
        if not items:
            raise error
        if len(items) > 1:
            middle = len(items) // 2
            await self._land(tables, items[:middle], position_of(items[middle - 1]))
            await self._land(tables, items[middle:], upto)
        else:
            (guilty,) = items
            if isinstance(guilty, Unreadable):
                raise error
            logger.warning("the rows of an event are refused by %s: %s", table.name, error)
            refused = Unreadable(stream_of(guilty), position_of(guilty), f"refused: {error}")
            await self._transaction(tables, [refused], upto)

    async def _transaction(self, tables: Sequence[Table], items: Sequence[Item], upto: int) -> None:
        parking = await self._begin(tables, items, upto)
        changes: dict[str, list[Put | Add]] = {table.name: [] for table in tables}
        # A few at a time: every projector sees them while they are at hand, and the requests that
        # this process serves besides have their turn.
        for start in range(0, len(items), AT_ONCE):
            few = items[start : start + AT_ONCE]
            for table in tables:
                after = self._positions[table.name]
                wanted = few if after < position_of(few[0]) else _wanted(few, table, after)
                changes[table.name] += parking.changes(table, wanted)
            await asyncio.sleep(0)
        commands: list[Command] = []
        for table in tables:
            commands += table.statements(changes[table.name])
            await asyncio.sleep(0)
        await self.session.connection.run([*commands, *park(parking.added), COMMIT])
        self.session.checkpoints.moved([table.name for table in tables], upto)

    async def _begin(self, tables: Sequence[Table], items: Sequence[Item], upto: int) -> Parking:
        """Move the checkpoints within a transaction that stays open; the parked streams."""
        names = [table.name for table in tables]
        streams = to_json({stream_of(item) for item in items})
        (parked,) = await self.session.checkpoints.move_with(names, upto, [(PARKED, (streams,))])
        return Parking(parked)


def _wanted(items: Sequence[Item], table: Table, after: int) -> Sequence[Item]:
    kinds = table.model.kinds
    return [item for item in items if position_of(item) > after and kind_of(item) in kinds]
