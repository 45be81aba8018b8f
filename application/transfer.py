"""Commands that bring in what was kept elsewhere, under the ids it had there.

What is there already stays as it is, so that an import can be repeated. Everything is decided as if
it happened now, one decision after the other: what the rules don't allow can't be imported either.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from application.meetings import interaction_of
from application.work import Work
from domain.contact import Contact, Details
from domain.errors import Invalid
from domain.event import Event
from domain.interaction import Interaction
from domain.meeting import Appointment, Meeting, MeetingStatus, Outcome
from domain.record import Record
from domain.relationship import REACTIVATED, LifecycleStage, RelationshipStatus
from domain.streams import StreamName

IMPORTED = UUID("f2b7c1de-3a64-5d0e-b8a5-94c1d70e6b13")
"""The namespace of ids of what came without one."""

REASON = "Imported"
"""The reason of moves that were made only to reach the imported status."""

PROGRESSION = (
    RelationshipStatus.PROSPECT,
    RelationshipStatus.QUALIFIED_LEAD,
    RelationshipStatus.OPPORTUNITY,
    RelationshipStatus.ACTIVE_CLIENT,
    RelationshipStatus.PAST_CLIENT,
)


def id_of(tenant: str, content: str) -> UUID:
    """The id of something that came without one: the same content is the same thing."""
    return uuid5(IMPORTED, f"{tenant}\n{content}")


@dataclass(frozen=True, slots=True)
class Move:
    """One entry of a status history."""

    old_status: RelationshipStatus
    old_stage: LifecycleStage
    status: RelationshipStatus
    stage: LifecycleStage
    reason: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class ImportContact:
    """`moves` are its status history, the oldest first; `status` and `stage` where it stands."""

    contact_id: UUID
    details: Details
    owner: str | None = None
    moves: tuple[Move, ...] = ()
    status: RelationshipStatus | None = None
    stage: LifecycleStage | None = None


@dataclass(frozen=True, slots=True)
class ImportInteraction:
    """`may_plan` is whether it comes from a contract that knows records of the future."""

    interaction_id: UUID
    contact_id: UUID | None
    record: Record
    may_plan: bool = False


@dataclass(frozen=True, slots=True)
class ImportMeeting:
    """A completed one has an outcome, and the id of its interaction where that comes by itself."""

    meeting_id: UUID
    contact_id: UUID
    appointment: Appointment
    status: MeetingStatus = MeetingStatus.SCHEDULED
    reason: str | None = None
    outcome: Outcome | None = None
    interaction_id: UUID | None = None


async def import_contact(work: Work, command: ImportContact) -> StreamName:
    if known := await work.load(Contact.kind, command.contact_id):
        return known.stream
    number = await work.number(Contact.kind)
    events = Contact.add(number, command.details, command.owner or work.user)
    contact = Contact.evolve(None, events[0])
    for move in command.moves:
        if (move.old_status, move.old_stage) != (contact.status, contact.stage):
            raise Invalid("The status history has a gap", field="moves")
        contact = _after(contact, events, _moved(contact, move))
    contact = _progressed(contact, events, command.status)
    if command.stage is not None:
        _after(contact, events, contact.change_status(stage=command.stage, reason=REASON))
    return work.begin(Contact.kind, command.contact_id, events)


def _moved(contact: Contact, move: Move) -> list[Event]:
    if move.status == REACTIVATED.get(contact.status):
        return contact.reactivate(move.reason or "", move.notes)
    return contact.change_status(move.status, move.stage, move.reason, move.notes)


def _progressed(
    contact: Contact, events: list[Event], status: RelationshipStatus | None
) -> Contact:
    """Go on to a status, through all those before it where the rules want that."""
    if status is None or status == contact.status:
        return contact
    steps = [status]
    if status in PROGRESSION and contact.status in PROGRESSION:
        here = PROGRESSION.index(contact.status)
        steps = list(PROGRESSION[here + 1 : PROGRESSION.index(status) + 1]) or steps
    for step in steps:
        contact = _after(contact, events, contact.change_status(step, reason=REASON))
    return contact


def _after(contact: Contact, events: list[Event], decided: list[Event]) -> Contact:
    for event in decided:
        contact = Contact.evolve(contact, event)
    events += decided
    return contact


async def import_interaction(work: Work, command: ImportInteraction) -> StreamName:
    if known := await work.load(Interaction.kind, command.interaction_id):
        return known.stream
    if command.contact_id is not None:
        await work.contact(command.contact_id)
    number, record = await work.number(Interaction.kind), command.record
    if record.mail is not None:
        events = Interaction.track(None, number, command.contact_id, record, work.now)
    else:
        events = Interaction.log(
            number, command.contact_id, record, work.now, may_plan=command.may_plan
        )
    return work.begin(Interaction.kind, command.interaction_id, events)


async def import_meeting(work: Work, command: ImportMeeting) -> StreamName:
    """Completed without an interaction of its own, it logs one, as completing always does."""
    if known := await work.load(Meeting.kind, command.meeting_id):
        return known.stream
    await work.contact(command.contact_id)
    events = Meeting.schedule(command.contact_id, command.appointment)
    meeting = Meeting.evolve(None, events[0])
    outcome = command.outcome or Outcome(held_at=command.appointment.scheduled_at)
    interaction_id = command.interaction_id or id_of(work.tenant, str(command.meeting_id))
    match command.status:
        case MeetingStatus.CANCELLED:
            events += meeting.cancel(command.reason)
        case MeetingStatus.NO_SHOW:
            events += meeting.miss(command.reason)
        case MeetingStatus.COMPLETED:
            events += meeting.complete(outcome, interaction_id, work.now)
    stream = work.begin(Meeting.kind, command.meeting_id, events)
    if command.status == MeetingStatus.COMPLETED and command.interaction_id is None:
        number = await work.number(Interaction.kind)
        record = interaction_of(command.appointment, outcome)
        logged = Interaction.log(number, command.contact_id, record, work.now)
        work.begin(Interaction.kind, interaction_id, logged)
    return stream
