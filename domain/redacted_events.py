"""Redacted events: those of interactions and meetings without the content that tags hide, and
withheld ones: those of deleted interactions without any.

Records and appointments are redacted in one place; an event of changes holds those of the redacted
view, so that neither an old nor a new value, nor the fact of a change, is disclosed.
"""

from domain.changes import difference
from domain.event import Event
from domain.interaction import Interaction, InteractionAmended, Written
from domain.meeting import (
    Meeting,
    MeetingCompleted,
    MeetingRescheduled,
    MeetingScheduled,
)
from domain.redaction import redacted, withheld

State = Interaction | Meeting


def withheld_event(event: Event) -> Event:
    """The event of a deleted interaction without its content."""
    match event:
        case Written():
            return event.model_copy(update={"record": withheld(event.record)})
        case InteractionAmended():
            return event.model_copy(update={"changes": {}})
    return event


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
            return event.model_copy(update={"appointment": event.appointment.redacted})
        case MeetingRescheduled():
            assert isinstance(before, Meeting)
            assert isinstance(after, Meeting)
            changes = difference(before.appointment.redacted, after.appointment.redacted)
            return event.model_copy(update={"changes": changes})
        case MeetingCompleted():
            return event.model_copy(update={"outcome": event.outcome.redacted})
    return event
