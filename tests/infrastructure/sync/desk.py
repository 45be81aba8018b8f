"""A user's account between a ledger and a calendar server, visited by one process or by several."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from application.calendar_meetings import meeting_of
from application.context import Caller, Principal
from application.entity import Entity
from application.ledger import Ledger as CommandLedger
from application.meetings import (
    EndMeeting,
    ReinstateMeeting,
    RescheduleMeeting,
    ScheduleMeeting,
    cancel_meeting,
    reinstate_meeting,
    reschedule_meeting,
    schedule_meeting,
)
from domain.appointment import Appointment
from domain.contact import Contact, Details
from domain.meeting import Meeting
from domain.streams import StreamName
from infrastructure.append.event_log import PostgresEventLog
from infrastructure.append.numbers import BlockNumbers
from infrastructure.calendars.port import Trouble
from infrastructure.postgres.fetch import fetching
from infrastructure.sync import links, pushes
from infrastructure.sync.account import Chosen, VisitedAccount
from infrastructure.sync.links import Link
from infrastructure.sync.pulling import Puller
from infrastructure.sync.pushing import Pusher
from infrastructure.sync.settling import Meetings
from infrastructure.sync.taking import Taker
from infrastructure.sync.visit import Visit, begin_visit
from infrastructure.sync.visiting import Visitor
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.sync.calendar_server import SOON, CalendarServer, InMemoryService

KEY = b"k" * 32
READ_AND_WRITE = (Chosen("work", read=True, write=True),)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Desk:
    """`troubles` are the problems of the account."""

    opened: Ledger
    server: CalendarServer
    tenant: str = field(default_factory=lambda: uuid4().hex)
    user: str = "5"
    address: str = "me@example.com"
    calendars: tuple[Chosen, ...] = READ_AND_WRITE
    troubles: list[Trouble] = field(default_factory=list)
    id: UUID = field(default_factory=uuid4)
    taker_class: type[Taker] = Taker
    pusher_class: type[Pusher] = Pusher
    puller_class: type[Puller] = Puller
    visit_class: type[Visit] = Visit
    meetings_class: type[Meetings] = Meetings

    def __post_init__(self) -> None:
        log = PostgresEventLog(self.opened.pool, self.opened.appender)
        self.log = log
        self.ledger = CommandLedger(log, BlockNumbers(self.opened.pool), now, uuid7)
        self.meetings = self.meetings_class(self.ledger, log)

    @property
    def principal(self) -> Principal:
        return Principal(user=self.user, name="Me", tenant=self.tenant)

    @property
    def account(self) -> VisitedAccount:
        addresses = frozenset({self.address})
        return VisitedAccount(self.id, self.principal, "caldav", addresses, self.calendars)

    async def begin(self) -> Visit:
        visit = await begin_visit(self.opened.pool, self.account)
        visit.__class__ = self.visit_class
        return visit

    def taker(self) -> Taker:
        return self.taker_class(self.meetings, fetching(self.opened.pool), self._problem, KEY)

    def puller(self) -> Puller:
        return self.puller_class(self.taker(), now, self._landed)

    def visitor(self) -> Visitor:
        puller = self.puller()
        pusher = self.pusher_class(self.meetings, puller, self._problem, now)
        return Visitor(puller, pusher)

    async def visit(self, *, pull: bool = True, visit: Visit | None = None) -> None:
        """Visit the account once."""
        service = InMemoryService(self.server)
        begun = visit or await self.begin()
        await self.visitor().visit(begun, service, self.server.calendars, pull=pull)

    async def contact(self, email: str | None = "ann@example.com", name: str = "Ann Lee") -> UUID:
        stream = StreamName(self.tenant, Contact.kind, uuid7())
        number = int(await self.opened.value("SELECT nextval('contact_numbers')"))
        details = Details(name=name, email=email)
        entity = await self.opened.append(stream, None, *Contact.add(number, details, self.user))
        return entity.id

    async def schedule(self, contact: UUID, **values: Any) -> UUID:
        """Schedule a meeting as a client does, and plan its push."""
        appointment = Appointment(**{"scheduled_at": SOON, "purpose": "Lunch"} | values)
        command = ScheduleMeeting(contact, appointment)
        effect = await self.ledger.execute(self.caller(), schedule_meeting, command)
        await self.plan(effect.entity)
        return effect.entity.id

    async def reschedule(self, meeting: UUID, **fields: Any) -> None:
        command = RescheduleMeeting(meeting, fields)
        effect = await self.ledger.execute(self.caller(), reschedule_meeting, command)
        await self.plan(effect.entity)

    async def cancel(self, meeting: UUID) -> None:
        effect = await self.ledger.execute(self.caller(), cancel_meeting, EndMeeting(meeting))
        await self.plan(effect.entity)

    async def reinstate(self, meeting: UUID) -> None:
        command = ReinstateMeeting(meeting)
        effect = await self.ledger.execute(self.caller(), reinstate_meeting, command)
        await self.plan(effect.entity)

    async def plan(self, entity: Entity) -> None:
        async with (await self.begin()).transaction() as connection:
            sql = (
                "INSERT INTO calendar_pushes (account, tenant, meeting, position) "
                "VALUES (%s, %s, %s, %s) ON CONFLICT (account, meeting) "
                "DO UPDATE SET position = excluded.position"
            )
            await connection.execute(sql, (self.id, self.tenant, entity.id, entity.position))

    def caller(self) -> Caller:
        return Caller(self.principal, "tracking", "req-1")

    async def meeting(self, uid: str | UUID = "one", recurrence: datetime | None = None) -> Any:
        """The state of a meeting, by its id or by the UID of its event; None without one."""
        tenant = self.tenant
        meeting = uid if isinstance(uid, UUID) else meeting_of(tenant, uid, recurrence)
        entity = await self.log.load(StreamName(tenant, Meeting.kind, meeting), fresh=True)
        return None if entity is None else entity.state

    async def all_meetings(self) -> list[Meeting]:
        rows = await self.opened.rows("SELECT id FROM meetings WHERE tenant = %s", self.tenant)
        return [await self.meeting(identity) for (identity,) in rows]

    async def events(self) -> list[str]:
        """The types of the events of meetings, in order."""
        rows = await self.opened.rows(
            "SELECT topic FROM stored_events WHERE originator_id LIKE %s ORDER BY notification_id",
            f"{self.tenant}/meeting/%",
        )
        return [topic.removeprefix("kith.meeting.").removesuffix(".v1") for (topic,) in rows]

    async def waiting(self) -> list[pushes.Push]:
        return await pushes.waiting(await self.begin())

    async def links(self) -> list[Link]:
        visit = await self.begin()
        rows = await visit.read(
            f"SELECT {links.COLUMNS} FROM calendar_links WHERE account = %s", (self.id,)
        )
        return [links._link(row) for row in rows]

    async def objects(self) -> list[str]:
        """The objects that are remembered, those that are gone among them."""
        sql = "SELECT object FROM calendar_objects WHERE account = %s ORDER BY object"
        return [name for (name,) in await self.opened.rows(sql, self.id)]

    async def ignored(self) -> dict[str, str | None]:
        """The reason of each object that is ignored."""
        rows = await self.opened.rows(
            "SELECT object, ignored FROM calendar_objects WHERE account = %s AND ignored <> ''",
            self.id,
        )
        return dict(rows)

    async def _problem(self, account: VisitedAccount, troubles: Sequence[Trouble]) -> None:
        self.troubles += troubles

    async def _landed(self, visit: Visit) -> None: ...
