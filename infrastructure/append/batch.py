"""The jobs of one transaction: each is accepted whole or not at all, in order, in Python.

Nothing here talks to the database: the flusher reads the view and writes the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from application.entity import Recorded, advance
from application.envelope import Envelope
from application.errors import KeyExpired, KeyReused, VersionConflict
from application.ports import Answer, CommandKey, Job, NewId, Receipt
from domain.streams import StreamName
from infrastructure.append.sizes import SizeOfRows, size_of
from infrastructure.log.codec import encode, encode_data
from projections.read_model import Step


@dataclass(slots=True)
class EncodedJob:
    """A job with all that doesn't depend on its place in the log. `expected` are the names and
    versions of its streams, first of those that it writes; `size` is that of its data and of the
    rows that are written with them, in bytes."""

    job: Job
    expected: list[tuple[str, int]]
    scope: str | None
    ids: list[UUID]
    data: list[str]
    size: int


def encode_job(job: Job, new_id: NewId, size_of_rows: SizeOfRows) -> EncodedJob:
    streams = [*(change.stream for change in job.changes), *job.relied_on]
    versions = [change.before.version if change.before else 0 for change in job.changes]
    data: list[str] = []
    size = 0
    for change in job.changes:
        encoded = list(map(encode_data, change.events))
        size += size_of(change, encoded, size_of_rows)
        data += encoded
    return EncodedJob(
        job,
        list(zip(map(str, streams), [*versions, *job.relied_on.values()], strict=True)),
        scope_of(job.key) if job.key else None,
        [new_id() for _ in data],
        data,
        size,
    )


def scope_of(key: CommandKey) -> str:
    """The primary key of `command_keys` in hexadecimal: short, and without the key itself."""
    return sha256(key.scope.encode()).hexdigest()


Kept = tuple[bytes, Answer]
"""A command key as stored: the digest of the request's body, and the answer."""


@dataclass(slots=True)
class LogView:
    """The log as read under the append lock: its head with the time recorded there, the versions
    of the batch's streams, and those of the batch's command keys that have been used, by scope;
    None for one whose answer has expired."""

    position: int = 0
    recorded_at: datetime | None = None
    versions: dict[str, int] = field(default_factory=dict)
    keys: dict[str, Kept | None] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """The rows to write. `position` is the head after them; `verdicts` are in the jobs' order."""

    time: datetime
    position: int
    events: list[dict[str, Any]] = field(default_factory=list)
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
    KeyReused, KeyExpired, and errors of the job's answer; then both are as before."""
    job, scope = encoded.job, encoded.scope
    if job.key and scope in view.keys:
        return replay(view.keys[scope], job.key)
    for name, version in encoded.expected:
        if view.versions.get(name, 0) != version:
            raise VersionConflict(StreamName.parse(name))
    rows, steps = _place(encoded, batch)
    receipt = Receipt({step.recorded.stream: step.after for step in steps})
    if job.key and scope:
        digest = job.key.digest
        receipt.answer = job.answer(receipt) if job.answer else Answer(200)
        view.keys[scope] = digest, receipt.answer
        batch.keys.append({"scope": scope, "digest": digest.hex(), "answer": receipt.answer})
    batch.events += rows
    batch.steps += steps
    batch.position += len(rows)
    view.versions.update((row["stream"], row["version"]) for row in rows)
    return receipt


def replay(known: Kept | None, key: CommandKey) -> Receipt:
    """The answer given before. Raises KeyReused if the body's digest is another, and KeyExpired if
    nothing is kept any more."""
    if known is None:
        raise KeyExpired
    digest, answer = known
    if digest != key.digest:
        raise KeyReused
    return Receipt({}, replayed=answer)


def _place(encoded: EncodedJob, batch: Batch) -> tuple[list[dict[str, Any]], list[Step]]:
    """The rows and the steps of a job, with positions, versions and time."""
    job = encoded.job
    rows: list[dict[str, Any]] = []
    steps: list[Step] = []
    events = zip(encoded.ids, encoded.data, strict=True)
    # A command's first event is the cause of its others.
    causation = None
    position = batch.position
    key = job.key.key if job.key else None
    for change, (name, version) in zip(job.changes, encoded.expected, strict=False):
        entity = change.before
        for event, state in zip(change.events, change.states, strict=True):
            identity, data = next(events)
            position, version = position + 1, version + 1
            envelope = Envelope(
                identity, batch.time, job.actor, job.contract, job.correlation, causation, key
            )
            causation = causation or identity
            recorded = Recorded(change.stream, version, position, event, envelope)
            before, entity = entity, advance(entity, recorded, state)
            steps.append(Step(recorded, before, entity))
            rows.append(
                {
                    "stream": name,
                    "version": version,
                    "topic": event.type,
                    "state": encode(envelope, data),
                    "position": position,
                }
            )
    return rows, steps
