"""The jobs of one transaction: each is accepted whole or not at all, in order, in Python.

Nothing here talks to the database: the flusher reads the view and writes the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application.entity import Entity, Recorded, advance
from application.envelope import Envelope
from application.errors import VersionConflict
from application.ports import Answer, Job, NewId, Receipt
from infrastructure.append.command_keys import answer_to_json, replay, scope_of
from infrastructure.log.codec import encode, encode_data
from projections.read_model import Step


@dataclass(slots=True)
class EncodedJob:
    """A job with the ids and the encoded data of its events: all that doesn't depend on their
    place in the log."""

    job: Job
    ids: list[UUID]
    data: list[str]

    @property
    def size(self) -> int:
        return sum(map(len, self.data))


def encode_job(job: Job, new_id: NewId) -> EncodedJob:
    events = [event for change in job.changes for event in change.events]
    return EncodedJob(job, [new_id() for _ in events], [encode_data(event) for event in events])


@dataclass(slots=True)
class LogView:
    """The log as read under the append lock: its head with the time recorded there, the versions
    of the batch's streams, and those of the batch's command keys that have been used."""

    position: int = 0
    recorded_at: datetime | None = None
    versions: dict[str, int] = field(default_factory=dict)
    keys: dict[bytes, tuple[bytes, Answer]] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """The rows to write. `position` is the head after them; `verdicts` are in the jobs' order."""

    time: datetime
    position: int
    events: list[dict[str, object]] = field(default_factory=list)
    keys: list[dict[str, object]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    verdicts: list[Receipt | Exception] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.events and not self.keys


def decide(jobs: Sequence[EncodedJob], view: LogView, now: datetime) -> Batch:
    """Accept or refuse each job. The recorded time never goes back, even if the clock does."""
    batch = Batch(max(now, view.recorded_at or now), view.position)
    for job in jobs:
        try:
            batch.verdicts.append(_accept(job, view, batch))
        except Exception as error:
            batch.verdicts.append(error)
    return batch


def _accept(encoded: EncodedJob, view: LogView, batch: Batch) -> Receipt:
    """Add a job to the batch and to the view, for the jobs behind it. Raises VersionConflict,
    KeyReused, and errors of the job's answer; then both are as before."""
    job = encoded.job
    if job.key is not None:
        known = view.keys.get(scope_of(job.key))
        if known is not None:
            return replay(known, job.key)
    for change in job.changes:
        _expect(view, change.name, change.expected)
    for stream, version in job.relied_on.items():
        _expect(view, stream, version)
    rows, steps, entities = _place(encoded, batch)
    receipt = Receipt(entities)
    if job.key is not None:
        receipt.answer = job.answer(receipt) if job.answer else Answer(200)
        scope = scope_of(job.key)
        view.keys[scope] = (job.key.digest, receipt.answer)
        batch.keys.append(
            {"scope": scope.hex(), "digest": job.key.digest.hex()}
            | {"answer": answer_to_json(receipt.answer)}
        )
    batch.events += rows
    batch.steps += steps
    batch.position += len(rows)
    for change in job.changes:
        view.versions[change.name] = change.expected + len(change.events)
    return receipt


def _expect(view: LogView, stream: str, version: int) -> None:
    if view.versions.get(stream, 0) != version:
        raise VersionConflict(stream)


_Placed = tuple[list[dict[str, object]], list[Step], dict[str, Entity]]


def _place(encoded: EncodedJob, batch: Batch) -> _Placed:
    """The rows, the steps and the entities of a job, with positions, versions and time."""
    job = encoded.job
    rows: list[dict[str, object]] = []
    steps: list[Step] = []
    entities: dict[str, Entity] = {}
    ids, data = iter(encoded.ids), iter(encoded.data)
    # A command's first event is the cause of its others.
    causation = None
    position = batch.position
    key = job.key.key if job.key else None
    for change in job.changes:
        stream, entity, version = change.name, change.before, change.expected
        for event, state in zip(change.events, change.states, strict=True):
            position, version = position + 1, version + 1
            envelope = Envelope(
                next(ids), batch.time, job.actor, job.contract, job.correlation, causation, key
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
