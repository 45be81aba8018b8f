"""Redacted events: those of interactions and meetings without the content that tags hide, and
withheld ones: those of deleted interactions without any.

Records and appointments are redacted in one place; an event of changes holds those of the redacted
view, so that neither an old nor a new value, nor the fact of a change, is disclosed.
"""

from collections.abc import Callable

from domain import appointment, redaction
from domain.event import Changes, Event
from domain.interaction import InteractionAmended, Written
from domain.meeting import MeetingCompleted, MeetingRescheduled, MeetingScheduled


def withheld_event(event: Event) -> Event:
    """The event of a deleted interaction without its content."""
    match event:
        case Written():
            return event.model_copy(update={"record": redaction.withheld(event.record)})
        case InteractionAmended():
            return event.model_copy(update={"changes": {}})
    return event


def redacted_event(event: Event) -> Event:
    """The event of an interaction or a meeting without hidden content."""
    match event:
        case Written():
            return event.model_copy(update={"record": redaction.redacted(event.record)})
        case InteractionAmended():
            return _without(event, redaction.is_hidden_path)
        case MeetingScheduled():
            return event.model_copy(update={"appointment": event.appointment.redacted})
        case MeetingRescheduled():
            return _without(event, appointment.is_hidden_path)
        case MeetingCompleted():
            return event.model_copy(update={"outcome": event.outcome.redacted})
    return event


def _without(event: Changes, is_hidden: Callable[[str], bool]) -> Event:
    """The event with the changes that the redacted view shows. Each is the same there: a path
    leads to one field, and the view empties whole fields."""
    shown = {path: change for path, change in event.changes.items() if not is_hidden(path)}
    return event.model_copy(update={"changes": shown})
