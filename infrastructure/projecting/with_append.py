"""The read models that are written in the append's own transaction."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from infrastructure.postgres.pipeline import Command, Rows
from infrastructure.projecting.parking import Parked, park, parked_command, parked_of
from infrastructure.projecting.statements import Table
from projections.read_model import Add, Put, Step

logger = logging.getLogger(__name__)


class WithAppend:
    """The append's projection onto tables. A projector that fails parks the stream, and goes on
    with the others; streams that are parked are left out."""

    def __init__(self, tables: Sequence[Table]):
        self._tables = tables

    def look(self, streams: Sequence[str]) -> Command:
        return parked_command(streams)

    def together(self, steps: Sequence[Step], seen: Rows) -> list[Command]:
        return _commands(self._tables, steps, parked_of(seen))

    def apart(
        self, steps: Sequence[Step], seen: Rows
    ) -> Iterator[tuple[list[Command], Callable[[Exception], list[Command]]]]:
        """The commands of one read model after the other, each with those that park the streams in
        that read model if its rows are refused."""
        parked = parked_of(seen)
        for table in self._tables:
            refused = partial(_park_all, table, steps)
            try:
                commands = _commands([table], steps, parked)
            except Exception as error:
                commands = refused(error)
            yield commands, refused


def _commands(
    tables: Sequence[Table], steps: Sequence[Step], parked: Collection[tuple[str, str]]
) -> list[Command]:
    commands: list[Command] = []
    newly_parked: list[Parked] = []
    kinds = {step.recorded.stream.kind for step in steps}
    for table in tables:
        if not kinds.isdisjoint(table.model.kinds):
            commands += table.statements(collect(table, steps, parked, newly_parked))
    return [*commands, *park(newly_parked)]


def _park_all(table: Table, steps: Sequence[Step], error: Exception) -> list[Command]:
    reason = f"{type(error).__name__}: {error}"
    return park(
        Parked(table.name, str(recorded.stream), recorded.position, reason)
        for recorded in (step.recorded for step in steps)
        if recorded.stream.kind in table.model.kinds
    )


def collect(
    table: Table,
    steps: Sequence[Step],
    parked: Collection[tuple[str, str]],
    newly_parked: list[Parked],
) -> list[Put | Add]:
    """The changes that a table's projector makes of the steps. Streams on which the projector fails
    are added to the newly parked."""
    model = table.model
    changes: list[Put | Add] = []
    left_out = {stream for name, stream in parked if name == table.name}
    for step in steps:
        recorded = step.recorded
        if recorded.stream.kind not in model.kinds:
            continue
        if left_out and str(recorded.stream) in left_out:
            continue
        try:
            changes.extend(list(model.project(step)))
        except Exception as error:
            stream = str(recorded.stream)
            left_out.add(stream)
            reason = f"{type(error).__name__}: {error}"
            logger.exception("%s is parked in %s", stream, table.name)
            newly_parked.append(Parked(table.name, stream, recorded.position, reason))
    return changes
