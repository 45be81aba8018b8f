"""A desk for commands: a ledger with one caller, in one of two processes on the same log."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from application.context import Caller, Principal
from application.entity import Entity, Recorded
from application.ledger import Ledger
from application.ports import Answer, CommandKey, EventLog, Job, Numbers, Receipt
from application.work import Work
from domain.contact import Contact
from domain.event import Event
from domain.streams import StreamName
from tests.domain.samples import NOW

Handler = Callable[[Work, Any], Awaitable[StreamName]]


@dataclass
class Watched:
    """A log that notes what is asked of it, and lets something happen just before an append."""

    log: EventLog
    loads: list[tuple[StreamName, bool]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    meanwhile: list[Callable[[], Awaitable[object]]] = field(default_factory=list)

    async def load(self, stream: StreamName, *, fresh: bool) -> Entity | None:
        self.loads.append((stream, fresh))
        return await self.log.load(stream, fresh=fresh)

    async def append(self, job: Job) -> Receipt:
        self.jobs.append(job)
        if self.meanwhile:
            await self.meanwhile.pop(0)()
        return await self.log.append(job)

    async def answered(self, key: CommandKey) -> Answer | None:
        return await self.log.answered(key)


class Desk:
    """`recorded` reads what the log holds of a tenant, in order."""

    def __init__(
        self,
        log: EventLog,
        numbers: Numbers,
        recorded: Callable[[str], Awaitable[list[Recorded]]],
        tenant: str,
    ):
        self.log = Watched(log)
        self.now: datetime = NOW
        self.tenant = tenant
        self.principal = Principal(
            user="5", name="John Smith", number=5, tenant=tenant, permissions=frozenset({"b", "a"})
        )
        self._recorded = recorded
        self.numbers = numbers
        self.ledger = Ledger(self.log, numbers, lambda: self.now, uuid4)

    async def recorded(self) -> list[Recorded]:
        return await self._recorded(self.tenant)

    async def events(self) -> list[Event]:
        return [recorded.event for recorded in await self.recorded()]

    def key(self, key: str, body: bytes = b"{}", path: str = "/api/contacts") -> CommandKey:
        return CommandKey(self.tenant, self.principal.user, "tracking", "POST", path, key, body)

    async def does(
        self,
        handler: Handler,
        command: object,
        *,
        key: CommandKey | None = None,
        if_match: int | None = None,
    ) -> Answer:
        """Carry out a command. Its answer is the subject's name for a contact, its position, and
        its id."""
        match = None if if_match is None else frozenset({if_match})
        caller = Caller(self.principal, "tracking", "req-1", key=key, if_match=match)
        return await self.ledger.carry_out(caller, handler, command, show)

    async def state(self, kind: str, identity: UUID):
        entity = await self.log.log.load(StreamName(self.tenant, kind, identity), fresh=True)
        return None if entity is None else entity.state


@dataclass(frozen=True)
class AddTag:
    contact: UUID
    tag: str


async def add_tag(work: Work, command: AddTag) -> StreamName:
    """A command whose every repetition changes something."""
    contact = work.checked(await work.contact(command.contact))
    details = contact.state.details
    tagged = details.model_copy(update={"tags": (*details.tags, command.tag)})
    return work.append_to(contact, contact.state.change_details(tagged))


def show(entity: Entity) -> Answer:
    name = entity.state.details.name if isinstance(entity.state, Contact) else ""
    return Answer(200, (("ETag", str(entity.position)), ("Name", name)), str(entity.id))


def id_of(answer: Answer) -> UUID:
    return UUID(answer.body)


def position_of(answer: Answer) -> int:
    return int(dict(answer.headers)["ETag"])


def name_of(answer: Answer) -> str:
    return dict(answer.headers)["Name"]
