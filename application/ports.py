"""Ports of the application: the event log, numbers, and the clock."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.entity import Entity, Recorded
from application.envelope import Actor
from domain.event import Event
from domain.streams import StreamName


@dataclass(frozen=True, slots=True)
class CommandKey:
    """The scope of an `Idempotency-Key`: one effect and one answer per scope.

    `digest` is the hash of the request's body: the key can't be used for another command.
    """

    tenant: str
    user: str
    contract: str
    method: str
    path: str
    key: str
    digest: bytes

    @property
    def scope(self) -> str:
        """Each part with its length, so that none can pass for a piece of its neighbour."""
        parts = (self.tenant, self.user, self.contract, self.method, self.path, self.key)
        return "".join(f"{len(part)}:{part}\n" for part in parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a command: kept with its key, and given again to every repeat.

    `withheld` are confidential members of the body, with the id under which each is kept elsewhere.
    The entrance puts them in; one that was forgotten stays out.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    withheld: tuple[tuple[str, UUID], ...] = ()


@dataclass(slots=True)
class Change:
    """The events that a job appends to one stream, at least one, and the state after each."""

    stream: StreamName
    before: Entity | None
    events: list[Event] = field(default_factory=list)
    states: list[object] = field(default_factory=list)


@dataclass(slots=True)
class Job:
    """One caller's decision, appended whole or not at all.

    `relied_on` are streams whose versions must not have moved though nothing is written to them.
    `answer` makes the answer from the entities after the append, before it is committed.
    """

    actor: Actor
    contract: str
    correlation: str
    changes: list[Change]
    relied_on: dict[StreamName, int] = field(default_factory=dict)
    key: CommandKey | None = None
    answer: Callable[["Receipt"], Answer] | None = None

    @property
    def tenant(self) -> str:
        """The tenant of the streams, or of the key where nothing is appended."""
        for change in self.changes:
            return change.stream.tenant
        assert self.key is not None
        return self.key.tenant


@dataclass(slots=True)
class Receipt:
    """The outcome of a job: the entities after it; `replayed` is the answer of an earlier command
    with the same key, in which case nothing was appended."""

    entities: dict[StreamName, Entity]
    replayed: Answer | None = None
    answer: Answer | None = None


class EventLog(Protocol):
    """The append-only log. Errors of both methods: application.errors.Unavailable."""

    async def load(self, stream: StreamName, *, fresh: bool) -> Entity | None:
        """The entity of a stream, None if there is none. Unless fresh, it may be a little old: an
        append that relied on an old one is refused."""
        ...

    async def append(self, job: Job) -> Receipt:
        """Raises VersionConflict, KeyReused, KeyExpired, TooLarge, Overloaded, OutcomeUnknown,
        Rejected."""
        ...

    async def answered(self, key: CommandKey) -> Answer | None:
        """The answer already given under this key. Raises KeyReused and KeyExpired."""
        ...


class Past(Protocol):
    """The log up to a position. Errors: application.errors.Unavailable."""

    async def position_at(self, instant: datetime) -> int:
        """The position of the last event recorded at an instant or before, 0 if there is none."""
        ...

    def upto(self, streams: Iterable[StreamName], position: int) -> AsyncIterator[Recorded]:
        """The events of streams up to a position, stream by stream."""
        ...


class Numbers(Protocol):
    """Numbers for contacts and interactions, each given once."""

    async def next(self, kind: str) -> int: ...


Clock = Callable[[], datetime]
NewId = Callable[[], UUID]
