"""Given these events of some streams, then these rows stand in the read model."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from application.entity import AGGREGATES, Entity, Recorded, advance
from application.envelope import Actor, Envelope
from domain.event import Event
from domain.streams import StreamName
from projections.read_model import Add, Projector, Put, ReadModel, Step
from tests.domain.samples import NOW

JOHN = Actor(id="5", name="John Smith")
ID = UUID("660e8400-e29b-41d4-a716-446655440001")
OTHER = UUID("660e8400-e29b-41d4-a716-446655440002")

Happening = Event | tuple[UUID, Event]
"""An event of the stream ID, or of another one."""


def steps(*happenings: Happening, tenant: str = "1") -> list[Step]:
    """The steps of the events, recorded a minute apart from NOW on."""
    kinds = {aggregate.__module__: kind for kind, aggregate in AGGREGATES.items()}
    entities: dict[StreamName, Entity] = {}
    made = []
    for position, happening in enumerate(happenings, 1):
        identity, event = happening if isinstance(happening, tuple) else (ID, happening)
        stream = StreamName(tenant, kinds[type(event).__module__], identity)
        before = entities.get(stream)
        version = 1 if before is None else before.version + 1
        time = NOW + timedelta(minutes=position - 1)
        envelope = Envelope(UUID(int=position), time, JOHN, "tracking", "req-1")
        recorded = Recorded(stream, version, position, event, envelope)
        entities[stream] = advance(before, recorded)
        made.append(Step(recorded, before, entities[stream]))
    return made


def with_content_in_every_row(model: ReadModel) -> Projector:
    """The mutant of a projector that puts the main row's content into the others as well."""

    def project(step: Step) -> Iterator[Put]:
        for put in model.project(step):
            assert isinstance(put, Put)
            yield put._replace(rows=tuple({**put.rows[0], **row} for row in put.rows))

    return project


class given:  # noqa: N801 - it reads as a word
    def __init__(self, *happenings: Happening, tenant: str = "1"):
        self._steps = steps(*happenings, tenant=tenant)

    def rows(self, model: ReadModel) -> list[dict[str, Any]]:
        """The rows of the read model, in the order of its keys. A row leaves out the columns that
        are null."""
        table: dict[tuple[object, ...], tuple[Mapping[str, object], ...]] = {}
        for step in self._steps:
            for change in model.project(step):
                if isinstance(change, Put):
                    _put(table, change)
                else:
                    _add(table, change, model)
        rows = [dict(row) for _, rows in sorted(table.items(), key=repr) for row in rows]
        nullable = {name for name, sql in model.columns.items() if "NOT NULL" not in sql}
        assert all(set(row) <= set(model.columns) <= set(row) | nullable for row in rows)
        return rows

    def row(self, model: ReadModel) -> dict[str, Any]:
        """The only row there is."""
        (row,) = self.rows(model)
        return row


def _put(table: dict[Any, Any], change: Put) -> None:
    if change.fresh:
        assert change.key not in table, "promised to be fresh"
    table[change.key] = change.rows


def _add(table: dict[Any, Any], change: Add, model: ReadModel) -> None:
    (row,) = table.get(change.key, (dict.fromkeys(model.sums, 0),))
    sums = {
        name: row[name] + amount for name, amount in zip(model.sums, change.amounts, strict=True)
    }
    table[change.key] = (dict(zip(model.key, change.key, strict=True)) | sums,)
    if not any(sums.values()):
        del table[change.key]
