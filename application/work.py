"""The unit of work of one command: the entities it loaded and the events it decided on."""

from uuid import UUID, uuid5

from application.context import Caller
from application.entity import AGGREGATES, Entity, S
from application.errors import PreconditionFailed
from application.ports import Change, Clock, CommandKey, EventLog, NewId, Numbers
from domain.contact import Contact
from domain.errors import NotFound
from domain.event import Event
from domain.interaction import Interaction
from domain.meeting import Meeting
from domain.streams import StreamName

KEYED = UUID("8d0a1f5e-6f0b-5b7e-9c39-2f0d6a3c41d7")
"""The namespace of ids that an idempotency key decides."""

IMPORTED = UUID("f2b7c1de-3a64-5d0e-b8a5-94c1d70e6b13")
"""The namespace of ids of imported records that had none."""


def imported_id(tenant: str, content: str) -> UUID:
    """The id of an imported record that had none: one for the same content."""
    return uuid5(IMPORTED, f"{tenant}\n{content}")


def keyed_id(kind: str, key: CommandKey) -> UUID:
    """The id of the stream of this kind that a command with this key begins: a command that is
    repeated begins the same stream, even after its key was forgotten."""
    return uuid5(KEYED, f"{kind}\n{key.scope}")


class Work:
    """Handlers load entities and append events through it; the ledger appends them all at once."""

    def __init__(
        self,
        log: EventLog,
        numbers: Numbers,
        clock: Clock,
        new_id: NewId,
        caller: Caller,
        *,
        fresh: bool = False,
    ):
        self._log = log
        self._numbers = numbers
        self._new_id = new_id
        self._key = caller.key
        self._if_match = caller.if_match
        self.tenant = caller.tenant
        self.user = caller.principal.user
        self.fresh = fresh
        self.now = clock()
        self.loaded: dict[StreamName, Entity | None] = {}
        self.changes: dict[StreamName, Change] = {}

    async def load(self, kind: str, identity: UUID) -> Entity | None:
        stream = StreamName(self.tenant, kind, identity)
        if stream not in self.loaded:
            self.loaded[stream] = await self._log.load(stream, fresh=self.fresh)
        return self.loaded[stream]

    def subject(self, stream: StreamName) -> Entity:
        """The entity that was loaded of a stream."""
        entity = self.loaded[stream]
        assert entity is not None
        return entity

    async def contact(self, identity: UUID, *, removed: bool = False) -> Entity[Contact]:
        """The contact. Raises NotFound, also for one that was removed unless `removed` is True."""
        entity = await self.load("contact", identity)
        if entity is None or (entity.state.removed and not removed):
            raise NotFound("Contact not found", code="contact_not_found", field="contact_id")
        return entity

    async def interaction(self, identity: UUID) -> Entity[Interaction]:
        entity = await self.load("interaction", identity)
        if entity is None or entity.state.deleted:
            raise NotFound("Interaction not found", code="interaction_not_found")
        return entity

    async def meeting(self, identity: UUID) -> Entity[Meeting]:
        entity = await self.load("meeting", identity)
        if entity is None:
            raise NotFound("Meeting not found", code="meeting_not_found")
        return entity

    def new_id(self, kind: str) -> UUID:
        """An id for a new stream, made of the idempotency key if there is one."""
        return keyed_id(kind, self._key) if self._key else self._new_id()

    async def number(self, kind: str) -> int:
        return await self._numbers.next(kind)

    def checked(self, entity: Entity[S]) -> Entity[S]:
        """The entity, if it is at a version that the caller saw (`If-Match`). Raises
        PreconditionFailed."""
        if self._if_match is not None and entity.position not in self._if_match:
            raise PreconditionFailed
        return entity

    def begin(self, kind: str, identity: UUID, events: list[Event]) -> StreamName:
        """Begin a stream with these events."""
        stream = StreamName(self.tenant, kind, identity)
        self._add(Change(stream, None), events)
        return stream

    def append_to(self, entity: Entity, events: list[Event]) -> StreamName:
        """Append events to an entity's stream. Without events, nothing is appended."""
        if events:
            self._add(Change(entity.stream, entity), events)
        return entity.stream

    def _add(self, change: Change, events: list[Event]) -> None:
        state = None if change.before is None else change.before.state
        evolve = AGGREGATES[change.stream.kind].evolve
        for event in events:
            state = evolve(state, event)
            change.events.append(event)
            change.states.append(state)
        self.changes[change.stream] = change

    @property
    def relied_on(self) -> dict[StreamName, int]:
        """The versions of the streams that were loaded and aren't written."""
        return {
            stream: 0 if entity is None else entity.version
            for stream, entity in self.loaded.items()
            if stream not in self.changes
        }
