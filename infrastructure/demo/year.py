"""The year: who was met when, about what, and what became of it."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

from application.contacts import (
    AddContact,
    ChangeContactStatus,
    ReactivateContact,
    add_contact,
    change_contact_status,
    reactivate_contact,
)
from application.interactions import LogInteraction, log_interaction
from application.mail import TrackMail, track_mail
from application.meetings import (
    CancelMeeting,
    CompleteMeeting,
    MissMeeting,
    ScheduleMeeting,
    cancel_meeting,
    complete_meeting,
    miss_meeting,
    schedule_meeting,
)
from domain.kinds import Kind
from domain.meeting import Outcome
from domain.record import Participant, Record, Said, When
from domain.relationship import RelationshipStatus
from infrastructure.demo import phrases
from infrastructure.demo.people import Course, Person, people
from infrastructure.demo.telling import Do, Telling
from infrastructure.demo.writing import ZONE, Writer
from infrastructure.in_flight import InFlight

KINDS = {
    Kind.CALL: 26,
    Kind.EMAIL: 20,
    Kind.MESSAGE: 8,
    Kind.COFFEE: 7,
    Kind.CONSULTATION: 6,
    Kind.NOTE: 6,
    Kind.FOLLOW_UP: 5,
    Kind.LUNCH: 4,
    Kind.UPDATE: 4,
    Kind.SERVICE: 4,
    Kind.QUOTE: 3,
    Kind.REVIEW: 3,
    Kind.PROPOSAL: 2,
    Kind.TRAINING: 2,
    Kind.CONTRACT: 1,
    Kind.CONFERENCE: 1,
}
"""How often each kind comes up."""

UP = (("qualified_lead", 0.1), ("opportunity", 0.2), ("active_client", 0.3))
MOVES: dict[Course, tuple[tuple[str, float], ...]] = {
    Course.STRANGER: (),
    Course.LEAD: (("qualified_lead", 0.4),),
    Course.HOPE: (("qualified_lead", 0.3), ("opportunity", 0.6)),
    Course.CLIENT: UP,
    Course.REGULAR: UP,
    Course.GONE: (*UP, ("past_client", 1.0)),
    Course.LOST: (("qualified_lead", 0.5), ("lost_lead", 1.0)),
    Course.ASLEEP: (("qualified_lead", 0.3), ("inactive", 1.0)),
    Course.BACK: (*UP, ("past_client", 0.6), ("back", 0.75)),
}
"""Where a relationship moves, and when within the time they know each other."""

DAYS_OF_A_THREAD = 6
"""The longest that chance makes."""

ENDED = frozenset({Course.GONE, Course.LOST, Course.ASLEEP})


async def tell(telling: Telling, now: datetime) -> None:
    """Tell the whole year before today to the ledger."""
    today = datetime.combine(now.date(), time(), now.tzinfo)
    everybody = people()
    lives = [Life(person, today, telling.about(f"contact-{person.number}")) for person in everybody]
    async with InFlight() as work:
        for life in lives:
            await work.start(life.begin())
    ids = [life.id for life in lives]
    async with InFlight() as work:
        for life in lives:
            await work.start(life.live(everybody, ids))
        await work.start(_among_themselves(telling.about("team"), today))


class Life:
    """One person's year with the practice."""

    id: UUID

    def __init__(self, person: Person, today: datetime, do: Do):
        self._person = person
        self._today = today
        self._do = do
        self._chance = Random(f"kith {person.number}")  # noqa: S311  nothing to guess here
        self._writer = Writer(self._chance, person, self._chance.choice(phrases.THEMES))
        self._cc: tuple[Participant, ...] = ()

    async def begin(self) -> None:
        command = AddContact(self._person.details)
        self.id = await self._do(self._person.owner, add_contact, command)

    async def live(self, everybody: list[Person], ids: list[UUID]) -> None:
        if (number := self._person.colleague) is not None:
            other = everybody[number].details
            self._cc = (Participant(name=other.name, email=other.email, contact_id=ids[number]),)
        days = list(self._days())
        moves = list(MOVES[self._person.course])
        for index, (ago, day) in enumerate(days, 1):
            await self._touch(ago, day, index)
            while moves and index / len(days) >= moves[0][1]:
                await self._move(moves.pop(0)[0])
        await self._look_ahead()

    def _days(self) -> Iterator[tuple[int, datetime]]:
        """When they were in touch, the oldest first: so many days ago, on a working day.

        Chance must not depend on which day today is, or another day would tell another story.
        """
        chance, course = self._chance, self._person.course
        ago = chance.randint(*course.since)
        last = chance.randint(45, 90) if course in ENDED else 1
        while ago >= last:
            day = self._today - timedelta(days=ago)
            yield ago, day - timedelta(days=max(0, day.weekday() - 4))
            ago -= 1 + round(chance.expovariate(1 / course.gap))

    def _at_work(self, day: datetime) -> datetime:
        return day + timedelta(
            hours=self._chance.randint(14, 22), minutes=5 * self._chance.randrange(12)
        )

    async def _touch(self, ago: int, day: datetime, index: int) -> None:
        chance = self._chance
        if index % 6 == 3:
            await self._meet(day)
            return
        (kind,) = chance.choices(list(KINDS), list(KINDS.values()))
        if kind is Kind.EMAIL:
            await self._correspond(ago, day, index)
        elif kind is Kind.SERVICE:
            await self._log(self._writer.service(day))
        else:
            await self._log(self._writer.record(kind, self._at_work(day)))

    async def _log(self, record: Record) -> None:
        """Now and then a partner stands in."""
        stands_in = self._chance.random() < 0.2
        who = self._person.second if stands_in else self._person.owner
        await self._do(who, log_interaction, LogInteraction(record, self.id))

    async def _correspond(self, ago: int, day: datetime, index: int) -> None:
        """A thread of mails; of one that has just begun, the first."""
        times = [self._at_work(day)]
        if ago > DAYS_OF_A_THREAD:
            for _ in range(self._chance.choice((0, 1, 1, 2, 3, 4))):
                times.append(times[-1] + timedelta(minutes=self._chance.randint(12, 1800)))
        thread = f"demo-{self._person.number}-{index}"
        for record in self._writer.mails(thread, times, self._cc):
            await self._do(self._person.owner, track_mail, TrackMail(record, self.id))

    async def _meet(self, day: datetime) -> None:
        """Scheduled, and then held, or not."""
        at = self._at_work(day)
        meeting = await self._schedule(at)
        (end,) = self._chance.choices(("held", "cancelled", "missed"), (7, 2, 1))
        if end == "held":
            outcome = self._writer.outcome(at)
            complete = CompleteMeeting(meeting, _always(outcome), at)
            await self._do(self._person.owner, complete_meeting, complete)
        elif end == "cancelled":
            cancel = CancelMeeting(meeting, self._writer.sentence(phrases.CANCELLED))
            await self._do(self._person.owner, cancel_meeting, cancel)
        else:
            miss = MissMeeting(meeting, self._writer.sentence(phrases.MISSED))
            await self._do(self._person.owner, miss_meeting, miss)

    async def _schedule(self, at: datetime) -> UUID:
        command = ScheduleMeeting(self.id, self._writer.appointment(at))
        return await self._do(self._person.owner, schedule_meeting, command)

    async def _look_ahead(self) -> None:
        """What is still to come: a meeting, and a call back tomorrow."""
        if self._person.course in ENDED or self._chance.random() < 0.4:
            return
        day = self._today + timedelta(days=self._chance.randint(1, 35))
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        await self._schedule(self._at_work(day))

    async def _move(self, status: str) -> None:
        reason = self._writer.sentence(phrases.REASONS[status])
        owner = self._person.owner
        if status == "back":
            await self._do(owner, reactivate_contact, ReactivateContact(self.id, reason))
            return
        change = ChangeContactStatus(self.id, RelationshipStatus(status), reason=reason)
        await self._do(owner, change_contact_status, change)


async def _among_themselves(do: Do, today: datetime) -> None:
    """What concerns no contact: the team's own updates, and what it has planned."""
    for month in range(12):
        at = today - timedelta(days=30 * month + 2) + timedelta(hours=15)
        said = Said(subject="Monthly update", description="Numbers, deadlines, who is away when.")
        await do(0, log_interaction, LogInteraction(_own(Kind.UPDATE, at, said)))
    for week in range(1, 5):
        at = today + timedelta(days=7 * week, hours=16)
        said = Said(subject="Training: the new software", description="One module a week.")
        planned = LogInteraction(_own(Kind.TRAINING, at, said), may_plan=True)
        await do(week % 4, log_interaction, planned)


def _own(kind: Kind, at: datetime, said: Said) -> Record:
    when = When(at=at, zone=ZONE, ends_at=at + timedelta(minutes=45))
    return Record(kind=kind, word=kind.value.title(), when=when, said=said)


def _always(outcome: Outcome) -> Callable[[datetime], Outcome]:
    return lambda _: outcome
