"""Commands about meetings, one handler each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.work import Work, imported_id
from domain.appointment import Appointment, Attendee
from domain.changes import Fields, patched
from domain.errors import Conflict, Invalid
from domain.interaction import Interaction
from domain.kinds import Kind
from domain.meeting import Meeting, MeetingStatus, Outcome
from domain.record import Participant, People, Place, Record, Said, When
from domain.streams import StreamName


@dataclass(frozen=True, slots=True)
class ScheduleMeeting:
    contact_id: UUID
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class RescheduleMeeting:
    """`fields` of the appointment are set; all others stay, but an end moves with the start.
    `contact_id` is the contact the caller names, if any: a meeting's contact can't be changed."""

    meeting_id: UUID
    fields: Fields
    contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReinstateMeeting:
    meeting_id: UUID


@dataclass(frozen=True, slots=True)
class EndMeeting:
    """A meeting to cancel, or to mark as missed."""

    meeting_id: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CompleteMeeting:
    """`fields` are those of the outcome. A meeting without `held_at` there was held at the time it
    was scheduled for, or now if that is still to come."""

    meeting_id: UUID
    fields: Fields


@dataclass(frozen=True, slots=True)
class ImportMeeting:
    """A completed one has an outcome, and the id of its interaction where that comes by itself."""

    meeting_id: UUID
    meeting: Meeting


async def schedule_meeting(work: Work, command: ScheduleMeeting) -> StreamName:
    await work.contact(command.contact_id)
    events = Meeting.schedule(command.contact_id, command.appointment)
    return work.begin(Meeting.kind, work.new_id(Meeting.kind), events)


async def reschedule_meeting(work: Work, command: RescheduleMeeting) -> StreamName:
    meeting = work.checked(await work.meeting(command.meeting_id))
    if command.contact_id not in (None, meeting.state.contact_id):
        raise Invalid(
            "A meeting's contact can't be changed", code="contact_fixed", field="contact_id"
        )
    appointment = patched(meeting.state.appointment, _changes(meeting.state, command.fields))
    return work.append_to(meeting, meeting.state.reschedule(appointment))


def _changes(meeting: Meeting, fields: Fields) -> Fields:
    """The fields to set in the appointment. A meeting whose start is moved takes as long as before,
    unless its end is set as well. The attendees of a completed meeting are shown as those who came:
    sent back, they change nothing."""
    changes = dict(fields)
    appointment, outcome = meeting.appointment, meeting.outcome
    if outcome and changes.get("attendees") == tuple(Attendee(name=n) for n in outcome.attendees):
        del changes["attendees"]
    starts = changes.get("scheduled_at")
    if isinstance(starts, datetime) and appointment.ends_at and "ends_at" not in changes:
        try:
            changes["ends_at"] = starts + (appointment.ends_at - appointment.scheduled_at)
        except OverflowError:
            raise Invalid(
                "It would end after the year 9999", field="appointment.scheduled_at"
            ) from None
    return changes


async def reinstate_meeting(work: Work, command: ReinstateMeeting) -> StreamName:
    """Bring a cancelled meeting back. Raises Conflict while its contact is removed."""
    meeting = work.checked(await work.meeting(command.meeting_id))
    events = meeting.state.reinstate()
    if events:
        await _still_there(work, meeting.state.contact_id)
    return work.append_to(meeting, events)


async def cancel_meeting(work: Work, command: EndMeeting) -> StreamName:
    meeting = work.checked(await work.meeting(command.meeting_id))
    return work.append_to(meeting, meeting.state.cancel(command.reason))


async def miss_meeting(work: Work, command: EndMeeting) -> StreamName:
    meeting = work.checked(await work.meeting(command.meeting_id))
    return work.append_to(meeting, meeting.state.miss(command.reason))


async def complete_meeting(work: Work, command: CompleteMeeting) -> StreamName:
    """Append `MeetingCompleted` and `InteractionLogged` in one transaction (the tracking
    document)."""
    meeting = work.checked(await work.meeting(command.meeting_id))
    state = meeting.state
    outcome = patched(Outcome(held_at=_held_at(state, work.now)), command.fields)
    interaction_id = state.interaction_id or work.new_id(Interaction.kind)
    events = state.complete(outcome, interaction_id, work.now)
    if events:
        await _still_there(work, state.contact_id)
        work.append_to(meeting, events)
        await _log(work, interaction_id, state, outcome)
    return meeting.stream


async def _log(work: Work, interaction_id: UUID, meeting: Meeting, outcome: Outcome) -> None:
    record = _record(meeting.appointment, outcome)
    number = await work.number(Interaction.kind)
    logged = Interaction.log(number, meeting.contact_id, record, work.now)
    work.begin(Interaction.kind, interaction_id, logged)


async def _still_there(work: Work, contact_id: UUID) -> None:
    contact = await work.contact(contact_id, removed=True)
    if contact.state.removed:
        raise Conflict("The contact was removed; restore it first", code="contact_removed")


def _held_at(meeting: Meeting, now: datetime) -> datetime:
    if meeting.status == MeetingStatus.COMPLETED and meeting.outcome:
        return meeting.outcome.held_at
    return min(meeting.appointment.scheduled_at, now)


def _record(appointment: Appointment, outcome: Outcome) -> Record:
    """The record of the interaction that a completed meeting logs."""
    return Record(
        kind=Kind.MEETING,
        word=Kind.MEETING.value,
        when=_when(appointment, outcome),
        said=Said(
            subject=appointment.purpose, notes=outcome.outcomes, topics=outcome.topics_covered
        ),
        place=Place(location=appointment.location),
        people=People(participants=tuple(Participant(name=name) for name in outcome.attendees)),
    )


def _when(appointment: Appointment, outcome: Outcome) -> When:
    return When(
        at=outcome.held_at,
        zone=appointment.timezone,
        duration=outcome.duration,
        whole_day=appointment.whole_day and outcome.held_at == appointment.scheduled_at,
    )


async def import_meeting(work: Work, command: ImportMeeting) -> StreamName:
    """Completed without an interaction of its own, it logs one, as completing always does."""
    if known := await work.load(Meeting.kind, command.meeting_id):
        return known.stream
    given = command.meeting
    await work.contact(given.contact_id)
    events = Meeting.schedule(given.contact_id, given.appointment)
    meeting = Meeting.evolve(None, events[0])
    outcome = given.outcome or Outcome(held_at=given.appointment.scheduled_at)
    interaction_id = given.interaction_id or imported_id(work.tenant, str(command.meeting_id))
    match given.status:
        case MeetingStatus.CANCELLED:
            events += meeting.cancel(given.reason)
        case MeetingStatus.NO_SHOW:
            events += meeting.miss(given.reason)
        case MeetingStatus.COMPLETED:
            events += meeting.complete(outcome, interaction_id, work.now)
    stream = work.begin(Meeting.kind, command.meeting_id, events)
    if given.status == MeetingStatus.COMPLETED and given.interaction_id is None:
        await _log(work, interaction_id, meeting, outcome)
    return stream
