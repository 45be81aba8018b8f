"""Commands that a calendar leads to: a meeting is taken from it, or stands as the calendar says.

The id of a meeting is decided by the event's UID and occurrence, so that colleagues' copies of one
event are one meeting, and taking one twice takes it once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from application.work import Work
from domain.appointment import Appointment
from domain.changes import Fields, patched
from domain.meeting import Meeting, MeetingStatus
from domain.streams import StreamName

CALENDAR = UUID("5b1f7a1e-90c4-5d3a-8d6e-2f4f0c9b7a15")
"""The namespace of ids of meetings that were made in a calendar."""

OWN = "@kith"
"""The end of the UIDs of events that kith makes."""

REASON = "Cancelled in the calendar"


def uid_of(meeting: UUID) -> str:
    """The UID of the event that kith makes of a meeting."""
    return f"{meeting}{OWN}"


def own_meeting(uid: str) -> UUID | None:
    """The meeting that an event of this UID was made of; None if kith didn't make the event."""
    name, found, rest = uid.partition(OWN)
    try:
        return UUID(name) if found and not rest else None
    except ValueError:
        return None


def meeting_of(tenant: str, uid: str, recurrence: datetime | None) -> UUID:
    """The id of the meeting that an occurrence stands for; `recurrence` is its RECURRENCE-ID."""
    own = own_meeting(uid)
    if own is not None and recurrence is None:
        return own
    at = "" if recurrence is None else recurrence.astimezone(UTC).isoformat()
    return uuid5(CALENDAR, f"{tenant}\n{uid}\n{at}")


@dataclass(frozen=True, slots=True)
class TakeMeeting:
    meeting_id: UUID
    contact_id: UUID
    appointment: Appointment


@dataclass(frozen=True, slots=True)
class FollowCalendar:
    """`fields` of the appointment are set; all others stay. A meeting that isn't to be cancelled,
    and was, is brought back."""

    meeting_id: UUID
    fields: Fields
    cancelled: bool = False


async def take_meeting(work: Work, command: TakeMeeting) -> StreamName:
    """A meeting that is there already stays as it is. Raises NotFound without the contact."""
    if known := await work.load(Meeting.kind, command.meeting_id):
        return known.stream
    await work.contact(command.contact_id)
    events = Meeting.schedule(command.contact_id, command.appointment)
    return work.begin(Meeting.kind, command.meeting_id, events)


async def follow_calendar(work: Work, command: FollowCalendar) -> StreamName:
    """A meeting that was completed or missed stays, and one in the past unless it moves ahead.
    Raises NotFound for one that would come back while its contact is removed."""
    meeting = work.checked(await work.meeting(command.meeting_id))
    state = meeting.state
    ended = state.status not in (MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED)
    appointment = patched(state.appointment, command.fields)
    ahead = state.appointment.scheduled_at > work.now
    if ended or not (ahead or appointment.scheduled_at > work.now):
        return meeting.stream
    if command.cancelled:
        return work.append_to(meeting, state.cancel(REASON) if ahead else [])
    events = state.reinstate()
    for event in events:
        await work.contact(state.contact_id)
        state = Meeting.evolve(state, event)
    return work.append_to(meeting, events + state.reschedule(appointment))
