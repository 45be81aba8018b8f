"""Every type of event that is published, in the order of the documents.

An aggregate and its events are declared in one module of the domain, so the module tells to which
aggregate an event belongs.
"""

from collections.abc import Mapping

from application.entity import AGGREGATES
from domain.event import Event
from domain.interaction import Interaction
from domain.meeting import Meeting

EVENTS: Mapping[str, tuple[type[Event], ...]] = {
    kind: tuple(
        event for event in Event.registry.values() if event.__module__ == aggregate.__module__
    )
    for kind, aggregate in AGGREGATES.items()
}
"""The events of each kind of subject."""

TYPES: Mapping[str, type[Event]] = {one.type: one for some in EVENTS.values() for one in some}

REDACTABLE = frozenset({*EVENTS[Interaction.kind], *EVENTS[Meeting.kind]})
"""The events that a restricted tag may hide, then marked by `redacted`."""
