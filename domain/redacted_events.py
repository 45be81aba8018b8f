"""Events as they are told to readers who show no permission, where a restricted tag hides content.

What a record or an appointment hides is decided in one place; changes are told as those of the
redacted view, so that neither an old nor a new value, nor that there was a change, gets out.
"""

from domain.changes import difference
from domain.event import Changed, Event
from domain.interaction import Interaction, InteractionAmended, Written
from domain.meeting import (
    Appointment,
    Meeting,
    MeetingCompleted,
    MeetingRescheduled,
    MeetingScheduled,
    Outcome,
)
from domain.redaction import redacted

State = Interaction | Meeting


def redacted_event(event: Event, before: State | None, after: State) -> Event:
    """The event of an interaction or a meeting without what is hidden; `before` and `after` are the
    aggregate's states around it."""
    match event:
        case Written():
            return event.model_copy(update={"record": redacted(event.record)})
        case InteractionAmended():
            assert isinstance(before, Interaction)
            assert isinstance(after, Interaction)
            changes = difference(redacted(before.record), redacted(after.record))
            return event.model_copy(update={"changes": changes})
        case MeetingScheduled():
            return event.model_copy(update={"appointment": _appointment(event.appointment)})
        case MeetingRescheduled():
            assert isinstance(before, Meeting)
            assert isinstance(after, Meeting)
            return event.model_copy(update={"changes": _moved(before, after)})
        case MeetingCompleted():
            return event.model_copy(update={"outcome": _outcome(event.outcome)})
    return event


def _moved(before: Meeting, after: Meeting) -> dict[str, Changed]:
    return difference(_appointment(before.appointment), _appointment(after.appointment))


def _appointment(appointment: Appointment) -> Appointment:
    """When and where, not about what. A new field is hidden unless it is named here."""
    return Appointment(
        scheduled_at=appointment.scheduled_at,
        location=appointment.location,
        calendar_synced=appointment.calendar_synced,
    )


def _outcome(outcome: Outcome) -> Outcome:
    """When it was held and who came, not what came of it."""
    return Outcome(held_at=outcome.held_at, attendees=outcome.attendees)
