"""Writes read models from steps of the log: their rows and their checkpoint in one transaction.

The checkpoint is moved first, by compare-and-set: from then on its row is locked, and whoever else
writes the same read model, or swaps it for a rebuilt one, waits or is turned away. What is parked
is read after that, so that a rebuild's word on it counts.

If the database refuses rows, the steps are halved until the guilty one stands alone: its stream is
parked for that read model, and everything else lands.
"""

import asyncio
import logging
from collections.abc import Sequence

import psycopg

from infrastructure.append.transaction import BEGIN, COMMIT, ROLLBACK, park
from infrastructure.log.folding import Item, position_of
from infrastructure.log.pages import AT_ONCE
from infrastructure.log.reader import Unreadable
from infrastructure.postgres.pipeline import Command, PipelineConnection
from infrastructure.projecting.statements import Table, version
from infrastructure.projecting.with_append import Parked, collect
from projections.read_model import Add, Put, Step

logger = logging.getLogger(__name__)

CHECKPOINTS = "SELECT name, version, checkpoint FROM read_models"

MOVE = (
    "UPDATE read_models SET checkpoint = $4 "
    "WHERE name = $1 AND version = $2 AND checkpoint = $3 RETURNING name"
)

PARKED = "SELECT read_model, stream FROM parked_streams WHERE read_model = ANY($1::text[])"

NOT_THE_DATA = frozenset({"08", "25", "28", "3D", "40", "42", "53", "55", "57", "58", "XX"})
"""Classes of SQLSTATE that tell of the server or the schema, not of the rows: nobody is parked for
a full disk or a missing table. Those are tried again until they have gone."""


class Moved(Exception):
    """A checkpoint is no longer where it was left: another wrote the read model, or rebuilt it."""


class Writer:
    """Writes the tables it is given, in one transaction as far as nothing is refused.

    A table's name is the name of its checkpoint too: a rebuild's shadow table has its own.
    """

    move = MOVE
    """Replaced by the mutants of the tests."""

    def __init__(self, connection: PipelineConnection, tables: Sequence[Table]):
        self._connection = connection
        self._tables = tables
        self._versions = {table.name: version(table.model) for table in tables}
        self.checkpoints: dict[str, int] = {}

    async def load(self) -> None:
        """Read the checkpoints. Those of another version aren't ours to write, and are left out."""
        (rows,) = await self._connection.run([(CHECKPOINTS, ())])
        known = {_text(name): (_text(version), int(at or 0)) for name, version, at in rows}
        self.checkpoints = {
            name: known[name][1]
            for name, version in self._versions.items()
            if known.get(name, ("", 0))[0] == version
        }

    @property
    def after(self) -> int | None:
        """The position from which to read on; None if there is nothing to write."""
        return min(self.checkpoints.values(), default=None)

    async def land(self, items: Sequence[Item], upto: int) -> None:
        """Write what the items change, up to a position. Raises Moved, psycopg.Error."""
        tables = [table for table in self._tables if self.checkpoints.get(table.name, upto) < upto]
        if tables:
            await self._land(tables, items, upto)

    async def _land(self, tables: Sequence[Table], items: Sequence[Item], upto: int) -> None:
        try:
            await self._transaction(tables, items, upto)
        except psycopg.Error as error:
            if self._connection.broken or (error.sqlstate or "XX")[:2] in NOT_THE_DATA:
                raise
            await self._connection.run([ROLLBACK])
            await self._apart(tables, items, upto, error)

    async def _apart(
        self, tables: Sequence[Table], items: Sequence[Item], upto: int, error: psycopg.Error
    ) -> None:
        if len(tables) > 1:
            for table in tables:
                await self._land([table], items, upto)
            return
        (table,) = tables
        items = _wanted(items, table, self.checkpoints[table.name])
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
            stream = str(guilty.recorded.stream)
            refused = Unreadable(stream, guilty.recorded.position, f"refused: {error}")
            await self._transaction(tables, [refused], upto)

    async def _transaction(self, tables: Sequence[Table], items: Sequence[Item], upto: int) -> None:
        parked = await self._begin(tables, upto)
        changes: dict[str, list[Put | Add]] = {table.name: [] for table in tables}
        newly_parked: list[Parked] = []
        # A few at a time: every projector sees them while they are at hand, and the requests that
        # this process serves besides have their turn.
        for start in range(0, len(items), AT_ONCE):
            few = items[start : start + AT_ONCE]
            for table in tables:
                after = self.checkpoints[table.name]
                wanted = few if after < position_of(few[0]) else _wanted(few, table, after)
                changes[table.name] += _changes(table, wanted, parked, newly_parked)
            await asyncio.sleep(0)
        commands: list[Command] = []
        for table in tables:
            commands += table.statements(changes[table.name])
            await asyncio.sleep(0)
        await self._connection.run([*commands, *park(newly_parked), COMMIT])
        for table in tables:
            self.checkpoints[table.name] = upto

    async def _begin(self, tables: Sequence[Table], upto: int) -> set[tuple[str, str]]:
        """Move the checkpoints within a transaction that stays open; what is parked."""
        moves = [(self.move, self._moved(table.name, upto)) for table in tables]
        names = ",".join(table.name for table in tables)
        look: Command = (PARKED, (f"{{{names}}}".encode(),))
        _, *moved, parked = await self._connection.run([BEGIN, *moves, look])
        for table, rows in zip(tables, moved, strict=True):
            if not rows:
                await self._connection.run([ROLLBACK])
                raise Moved(table.name)
        return {(_text(read_model), _text(stream)) for read_model, stream in parked}

    def _moved(self, name: str, upto: int) -> tuple[bytes, ...]:
        checkpoint = self.checkpoints[name]
        return name.encode(), self._versions[name].encode(), b"%d" % checkpoint, b"%d" % upto


def _wanted(items: Sequence[Item], table: Table, after: int) -> Sequence[Item]:
    kinds = table.model.kinds
    return [item for item in items if position_of(item) > after and _kind(item) in kinds]


def _changes(
    table: Table,
    items: Sequence[Item],
    parked: set[tuple[str, str]],
    newly_parked: list[Parked],
) -> list[Put | Add]:
    """What a table's projector makes of the items; what it can't follow is added to the parked."""
    steps = [item for item in items if isinstance(item, Step)]
    more: list[Parked] = []
    if len(steps) < len(items):
        lost = [item for item in items if isinstance(item, Unreadable)]
        more = [
            Parked(table.name, item.stream, item.position, item.reason)
            for item in lost
            if (table.name, item.stream) not in parked and _kind(item) in table.model.kinds
        ]
    changes = collect(table, steps, parked, more)
    parked |= {(one.read_model, one.stream) for one in more}
    newly_parked += more
    return changes


def _kind(item: Item) -> str:
    if isinstance(item, Unreadable):
        return item.stream.split("/")[1]
    return item.recorded.stream.kind


def _text(value: bytes | None) -> str:
    return (value or b"").decode()
