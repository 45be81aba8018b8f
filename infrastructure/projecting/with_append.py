"""The read models that are written in the append's own transaction."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from infrastructure.postgres.pipeline import Command, Rows
from infrastructure.projecting.parking import PARKED, Parked, Parking, park
from infrastructure.projecting.statements import Table
from projections.read_model import Step


class WithAppend:
    """The append's projection onto tables."""

    look = PARKED

    def __init__(self, tables: Sequence[Table]):
        self._tables = tables

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
