"""What a batch of jobs becomes: each is accepted whole or not at all, in order, in Python.

Nothing in here talks to the database: the flusher reads the view, and writes the plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from application.entity import Entity, Recorded, advance
from application.envelope import Envelope
from application.errors import KeyReused, VersionConflict
from application.ports import Answer, CommandKey, Job, NewId, Receipt
from infrastructure.log.codec import encode, encode_data
from projections.read_model import Step


@dataclass(slots=True)
class Prepared:
    """A job with what can be known of its events before they have a place in the log."""

    job: Job
    ids: list[UUID]
    data: list[str]

    @property
    def size(self) -> int:
        return sum(map(len, self.data))


def prepare(job: Job, new_id: NewId) -> Prepared:
    events = [event for change in job.changes for event in change.events]
    return Prepared(job, [new_id() for _ in events], [encode_data(event) for event in events])


def scope_of(key: CommandKey) -> bytes:
    """The key's scope as it is stored: short, and without the key itself."""
    return sha256(key.scope.encode()).digest()


@dataclass(slots=True)
class View:
    """What the log looked like once the append lock was held."""

    position: int = 0
    recorded_at: datetime | None = None
    heads: dict[str, int] = field(default_factory=dict)
    keys: dict[bytes, tuple[bytes, Answer]] = field(default_factory=dict)
    parked: set[tuple[str, str]] = field(default_factory=set)


def foretold(batch: Sequence[Prepared], position: int, recorded_at: datetime) -> View:
    """What the log will look like if it ends where it did, and the jobs know of its streams."""
    view = View(position, recorded_at)
    for prepared in batch:
        for change in prepared.job.changes:
            # One that is to begin is left out: the log's own key refuses it if it has begun.
            if change.before is not None:
                view.heads.setdefault(change.name, change.expected)
        for stream, version in prepared.job.relied_on.items():
            view.heads.setdefault(stream, version)
    return view


@dataclass(slots=True)
class Plan:
    """What to write. `verdicts` stand in the order of the jobs. `sent_at_once` is the name under
    which it can be abandoned, where the append lock was not held before it was sent."""

    time: datetime
    position: int
    events: list[dict[str, object]] = field(default_factory=list)
    keys: list[dict[str, object]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    verdicts: list[Receipt | Exception] = field(default_factory=list)
    sent_at_once: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.events and not self.keys

    @property
    def after(self) -> int:
        """The position where the log ended before."""
        return self.position - len(self.events)


def plan(batch: Sequence[Prepared], view: View, now: datetime) -> Plan:
    """Decide which jobs of a batch are carried out. The time never goes back."""
    result = Plan(max(now, view.recorded_at or now), view.position)
    for prepared in batch:
        try:
            result.verdicts.append(_verdict(prepared, view, result))
        except Exception as error:
            result.verdicts.append(error)
    return result


def _verdict(prepared: Prepared, view: View, plan: Plan) -> Receipt:
    job = prepared.job
    if job.key is not None:
        known = view.keys.get(scope_of(job.key))
        if known is not None:
            return replay(known, job.key)
    for change in job.changes:
        if view.heads.get(change.name, 0) != change.expected:
            raise VersionConflict(change.name)
    for stream, version in job.relied_on.items():
        if view.heads.get(stream, 0) != version:
            raise VersionConflict(stream)
    rows, steps, entities = _place(prepared, plan)
    receipt = Receipt(entities)
    if job.key is not None:
        receipt.answer = job.answer(receipt) if job.answer else Answer(200)
        scope = scope_of(job.key)
        view.keys[scope] = (job.key.digest, receipt.answer)
        plan.keys.append(
            {"scope": scope.hex(), "digest": job.key.digest.hex()}
            | {"answer": answer_to_json(receipt.answer)}
        )
    plan.events += rows
    plan.steps += steps
    plan.position += len(rows)
    for change in job.changes:
        view.heads[change.name] = change.expected + len(change.events)
    return receipt


def replay(known: tuple[bytes, Answer], key: CommandKey) -> Receipt:
    """The answer given before. Raises KeyReused if it was given to another body."""
    digest, answer = known
    if digest != key.digest:
        raise KeyReused
    return Receipt({}, replayed=answer)


_Placed = tuple[list[dict[str, object]], list[Step], dict[str, Entity]]


def _place(prepared: Prepared, plan: Plan) -> _Placed:
    """The job's events with their positions, versions and time."""
    job = prepared.job
    rows: list[dict[str, object]] = []
    steps: list[Step] = []
    entities: dict[str, Entity] = {}
    ids, data = iter(prepared.ids), iter(prepared.data)
    # Whatever else a command records follows from the first thing it records.
    causation = None
    position = plan.position
    key = job.key.key if job.key else None
    for change in job.changes:
        stream, entity, version = change.name, change.before, change.expected
        for event, state in zip(change.events, change.states, strict=True):
            position, version = position + 1, version + 1
            envelope = Envelope(
                next(ids), plan.time, job.actor, job.contract, job.correlation, causation, key
            )
            causation = causation or envelope.id
            recorded = Recorded(change.stream, version, position, event, envelope)
            before, entity = entity, advance(entity, recorded, state)
            steps.append(Step(recorded, before, entity))
            rows.append(
                {
                    "stream": stream,
                    "version": version,
                    "topic": event.type,
                    "state": encode(envelope, next(data)),
                    "position": position,
                }
            )
        assert entity is not None
        entities[stream] = entity
    return rows, steps, entities


def answer_to_json(answer: Answer) -> dict[str, object]:
    stored = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    return stored | {"withheld": answer.withheld} if answer.withheld else stored


def answer_from_json(stored: dict[str, Any]) -> Answer:
    headers = tuple((name, value) for name, value in stored["headers"])
    withheld = tuple((name, UUID(identity)) for name, identity in stored.get("withheld", ()))
    return Answer(stored["status"], headers, stored["body"], withheld)
