"""Steps projected onto tables, above all in the append's own transaction.

A projector that fails parks the stream, and goes on with the others; streams that are parked are
left out.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from pydantic_core import to_json

from application.ports import Change
from infrastructure.log.events import Unreadable
from infrastructure.log.folding import Item, kind_of, position_of, stream_of
from infrastructure.postgres.pipeline import Command, Rows
from infrastructure.projecting.parking import PARKED, Parked, park
from infrastructure.projecting.statements import Table
from projections.read_model import Add, Put, Step

logger = logging.getLogger(__name__)


class Parking:
    """Projects items that are written in one transaction. `seen` are the rows of PARKED for
    their streams; `added` are the streams parked since."""

    def __init__(self, seen: Rows):
        self.added: list[Parked] = []
        self._streams: defaultdict[str, set[str]] = defaultdict(set)
        for read_model, stream in seen:
            self._streams[(read_model or b"").decode()].add((stream or b"").decode())

    def commands(self, tables: Sequence[Table], steps: Sequence[Step]) -> list[Command]:
        """The commands that bring tables up to date with the steps, and park streams."""
        commands: list[Command] = []
        kinds = {step.recorded.stream.kind for step in steps}
        for table in tables:
            if not kinds.isdisjoint(table.model.kinds) and (changes := self.changes(table, steps)):
                commands += table.statements(changes)
        return [*commands, *park(self.added)] if self.added else commands

    def changes(self, table: Table, items: Sequence[Item]) -> list[Put | Add]:
        """The changes that a table's projector makes of the items. Streams with an unreadable event
        and those that the projector fails on are parked."""
        model, parked = table.model, self._streams[table.name]
        changes: list[Put | Add] = []
        for item in items:
            kind = item.recorded.stream.kind if isinstance(item, Step) else kind_of(item)
            if kind not in model.kinds or (parked and stream_of(item) in parked):
                continue
            if isinstance(item, Unreadable):
                reason = item.reason
            else:
                try:
                    changes.extend(list(model.project(item)))
                    continue
                except Exception as error:
                    logger.exception("%s is parked in %s", stream_of(item), table.name)
                    reason = f"{type(error).__name__}: {error}"
            parked.add(stream_of(item))
            self.added.append(Parked(table.name, stream_of(item), position_of(item), reason))
        return changes


class WithAppend:
    """The append's projection onto tables."""

    look = PARKED

    def __init__(self, tables: Sequence[Table]):
        self._tables = tables
        self._sizes: defaultdict[str, list[Callable[[Any, Any, int], int]]] = defaultdict(list)
        for table in tables:
            for kind in table.model.kinds:
                self._sizes[kind].append(table.model.size)

    def size(self, change: Change, data: int) -> int:
        """Estimated by the read models, of the state's content: that is no larger than the data of
        the events that began a stream."""
        sizes = self._sizes[change.stream.kind]
        if not sizes:
            return 0
        before = None if change.before is None else change.before.state
        after = change.states[-1]
        content = data if before is None else len(to_json(after))
        return sum(size(before, after, content) for size in sizes)

    def together(self, steps: Sequence[Step], seen: Rows) -> list[Command]:
        return Parking(seen).commands(self._tables, steps)

    def apart(
        self, steps: Sequence[Step], seen: Rows
    ) -> Iterator[tuple[list[Command], Callable[[Exception], list[Command]]]]:
        """The commands of one read model after the other, each with those that park the streams in
        that read model if its rows are refused."""
        for table in self._tables:
            refused = partial(_park_all, table, steps)
            try:
                commands = Parking(seen).commands([table], steps)
            except Exception as error:
                commands = refused(error)
            yield commands, refused


def _park_all(table: Table, steps: Sequence[Step], error: Exception) -> list[Command]:
    reason = f"{type(error).__name__}: {error}"
    return park(
        Parked(table.name, str(recorded.stream), recorded.position, reason)
        for recorded in (step.recorded for step in steps)
        if recorded.stream.kind in table.model.kinds
    )
