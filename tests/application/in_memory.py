"""An event log in memory: the only mock of these tests, at the port, and small enough to trust.

It keeps the port's promises with plain dictionaries. As in a real process, what has been loaded is
remembered, and is old once another process has changed it. Every test that runs on it runs on
PostgreSQL as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from application.entity import Entity, Recorded, advance
from application.envelope import Envelope
from application.errors import KeyReused, VersionConflict
from application.ports import Answer, Change, CommandKey, Job, Receipt
from domain.streams import StreamName


@dataclass
class Store:
    """The log and the entities, shared by all processes."""

    recorded: list[Recorded] = field(default_factory=list)
    entities: dict[StreamName, Entity] = field(default_factory=dict)
    answers: dict[str, tuple[bytes, Answer]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


class InMemoryLog:
    def __init__(self, store: Store):
        self._store = store
        self._remembered: dict[StreamName, Entity] = {}

    async def load(self, stream: StreamName, *, fresh: bool) -> Entity | None:
        seen = self._store.entities if fresh else self._store.entities | self._remembered
        if stream in seen:
            self._remembered[stream] = seen[stream]
        return seen.get(stream)

    async def append(self, job: Job) -> Receipt:
        if job.key and (answer := await self.answered(job.key)):
            return Receipt({}, replayed=answer)
        written = {c.stream: c.before.version if c.before else 0 for c in job.changes}
        self._check(written | job.relied_on)
        receipt = Receipt({change.stream: self._write(job, change) for change in job.changes})
        if job.key and job.answer:
            receipt.answer = job.answer(receipt)
            self._store.answers[job.key.scope] = (job.key.digest, receipt.answer)
        return receipt

    async def answered(self, key: CommandKey) -> Answer | None:
        digest, answer = self._store.answers.get(key.scope, (key.digest, None))
        if digest != key.digest:
            raise KeyReused
        return answer

    def _check(self, expected: dict[StreamName, int]) -> None:
        versions = {stream: entity.version for stream, entity in self._store.entities.items()}
        for stream, version in expected.items():
            if versions.get(stream, 0) != version:
                raise VersionConflict(stream)

    def _write(self, job: Job, change: Change) -> Entity:
        store, stream = self._store, change.stream
        for event in change.events:
            entity = store.entities.get(stream)
            position = len(store.recorded) + 1
            envelope = Envelope(
                UUID(int=position), datetime.now(UTC), job.actor, job.contract, job.correlation
            )
            version = 1 if entity is None else entity.version + 1
            store.recorded.append(Recorded(stream, version, position, event, envelope))
            store.entities[stream] = advance(entity, store.recorded[-1])
        self._remembered[stream] = store.entities[stream]
        return store.entities[stream]


class InMemoryNumbers:
    def __init__(self, store: Store):
        self._store = store

    async def next(self, kind: str) -> int:
        return next(self._store.numbers)
