"""Parked streams: those that a read model's projector can't follow any further.

A projector that fails parks the stream, and goes on with the others; streams that are parked are
left out.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infrastructure.log.events import Unreadable
from infrastructure.log.folding import Item, kind_of, position_of, stream_of
from infrastructure.postgres.pipeline import Command, Rows
from infrastructure.projecting.statements import Table
from projections.read_model import Add, Put, Step

logger = logging.getLogger(__name__)

PARK = "INSERT INTO parked_streams VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"

PARKED = (
    "SELECT read_model, stream FROM parked_streams "
    "WHERE stream = ANY(SELECT json_array_elements_text($1::json))"
)
"""The streams of a JSON array of names that are parked in any read model."""

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A stream that is parked in a read model, since which position, and why."""

    read_model: str
    stream: str
    position: int
    reason: str


def park(parked: Iterable[Parked]) -> list[Command]:
    """The commands that park streams; one that is parked already keeps its first position."""
    return [
        (PARK, (p.read_model.encode(), p.stream.encode(), b"%d" % p.position, _reason(p.reason)))
        for p in parked
    ]


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
        return [*commands, *park(self.added)]

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


def _reason(reason: str) -> bytes:
    """A reason that the database can store, whatever the data: one line, and not too long."""
    line = " ".join(reason.replace("\0", "").split())
    return line[:LONGEST_REASON].encode("utf-8", "replace")
