"""Commands about meetings, one handler each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.work import Work
from domain.errors import Conflict, Invalid
from domain.interaction import Interaction
from domain.kinds import Kind
from domain.meeting import Appointment, Meeting, MeetingStatus, Outcome
from domain.record import Participant, People, Place, Record, Said, When
from domain.streams import StreamName


@dataclass(frozen=True, slots=True)
class ScheduleMeeting:
    contact_id: UUID
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class RescheduleMeeting:
    """`revise` makes the new appointment from the old one. `contact_id` is the contact the caller
    names, if any: a meeting's contact can't be changed."""

    meeting_id: UUID
    revise: Callable[[Appointment], Appointment]
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CancelMeeting:
    meeting_id: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class MissMeeting:
    meeting_id: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CompleteMeeting:
    """`outcome` makes the outcome once it is known when the meeting was held.

    `held_at` may be left out: then it was held when it was scheduled, or just now if that is still
    to come.
    """

    meeting_id: UUID
    outcome: Callable[[datetime], Outcome]
    held_at: datetime | None = None


async def schedule_meeting(work: Work, command: ScheduleMeeting) -> StreamName:
    await work.contact(command.contact_id)
    events = Meeting.schedule(command.contact_id, command.appointment)
    return work.begin(Meeting.kind, work.new_id(Meeting.kind), events)


async def reschedule_meeting(work: Work, command: RescheduleMeeting) -> StreamName:
    meeting = await work.meeting(command.meeting_id)
    work.check_version(meeting)
    if command.contact_id not in (None, meeting.state.contact_id):
        raise Invalid(
            "A meeting's contact can't be changed", code="contact_fixed", field="contact_id"
        )
    appointment = command.revise(meeting.state.appointment)
    return work.go_on(meeting, meeting.state.reschedule(appointment))


async def cancel_meeting(work: Work, command: CancelMeeting) -> StreamName:
    meeting = await work.meeting(command.meeting_id)
    work.check_version(meeting)
    return work.go_on(meeting, meeting.state.cancel(command.reason))


async def miss_meeting(work: Work, command: MissMeeting) -> StreamName:
    meeting = await work.meeting(command.meeting_id)
    work.check_version(meeting)
    return work.go_on(meeting, meeting.state.miss(command.reason))


async def complete_meeting(work: Work, command: CompleteMeeting) -> StreamName:
    """Append `MeetingCompleted` and `InteractionLogged` in one transaction (the tracking
    document)."""
    meeting = await work.meeting(command.meeting_id)
    work.check_version(meeting)
    state = meeting.state
    outcome = command.outcome(command.held_at or _held_at(state, work.now))
    interaction_id = state.interaction_id or work.new_id(Interaction.kind)
    events = state.complete(outcome, interaction_id, work.now)
    if events:
        await _still_there(work, state.contact_id)
        work.go_on(meeting, events)
        record = interaction_of(state.appointment, outcome)
        number = await work.number(Interaction.kind)
        logged = Interaction.log(number, state.contact_id, record, work.now)
        work.begin(Interaction.kind, interaction_id, logged)
    return meeting.stream


async def _still_there(work: Work, contact_id: UUID) -> None:
    contact = await work.contact(contact_id, removed=True)
    if contact.state.removed:
        raise Conflict("The contact was removed; restore it first", code="contact_removed")


def _held_at(meeting: Meeting, now: datetime) -> datetime:
    if meeting.status == MeetingStatus.COMPLETED and meeting.outcome:
        return meeting.outcome.held_at
    return min(meeting.appointment.scheduled_at, now)


def interaction_of(appointment: Appointment, outcome: Outcome) -> Record:
    """What completing a meeting writes down."""
    return Record(
        kind=Kind.MEETING,
        word=Kind.MEETING.value,
        when=When(at=outcome.held_at, duration=outcome.duration),
        said=Said(
            subject=appointment.purpose, notes=outcome.outcomes, topics=outcome.topics_covered
        ),
        place=Place(location=appointment.location),
        people=People(participants=tuple(Participant(name=name) for name in outcome.attendees)),
    )
