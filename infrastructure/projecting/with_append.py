"""The read models that are written in the append's own transaction."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from infrastructure.projecting.statements import Statement, Table
from projections.read_model import Add, Put, Step

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parked:
    """A stream that a projector can't follow any further, since which position, and why."""

    read_model: str
    stream: str
    position: int
    reason: str


@dataclass(slots=True)
class Projection:
    """The statements of each read model, and what had to be parked on the way."""

    statements: dict[str, list[Statement]] = field(default_factory=dict)
    parked: list[Parked] = field(default_factory=list)


def project(
    tables: Sequence[Table], steps: Sequence[Step], parked: Collection[tuple[str, str]]
) -> Projection:
    """Let each projector see the steps. One that fails parks the stream and goes on."""
    result = Projection()
    kinds = {step.recorded.stream.kind for step in steps}
    for table in tables:
        if kinds.isdisjoint(table.model.kinds):
            continue
        changes = collect(table, steps, parked, result.parked)
        if statements := table.statements(changes):
            result.statements[table.model.name] = statements
    return result


def collect(
    table: Table,
    steps: Sequence[Step],
    parked: Collection[tuple[str, str]],
    newly_parked: list[Parked],
) -> list[Put | Add]:
    """What a table's projector makes of the steps; streams it fails on are added to the parked."""
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
