"""Redacted events: those of interactions and meetings without the content that tags hide.

Records and appointments are redacted in one place; an event of changes holds those of the redacted
view, so that neither an old nor a new value, nor the fact of a change, is disclosed.
"""

from domain.changes import difference
from domain.event import Event
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
    """The event of an interaction or a meeting without hidden content. `before` and `after` are the
    states of the aggregate around the event."""
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
            changes = difference(_appointment(before.appointment), _appointment(after.appointment))
            return event.model_copy(update={"changes": changes})
        case MeetingCompleted():
            return event.model_copy(update={"outcome": _outcome(event.outcome)})
    return event


def _appointment(appointment: Appointment) -> Appointment:
    """The appointment with its time and place only. A new field is hidden unless named here."""
    return Appointment(
        scheduled_at=appointment.scheduled_at,
        location=appointment.location,
        calendar_synced=appointment.calendar_synced,
    )


def _outcome(outcome: Outcome) -> Outcome:
    """The outcome with its time and attendees only."""
    return Outcome(held_at=outcome.held_at, attendees=outcome.attendees)
