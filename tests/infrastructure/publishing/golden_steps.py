"""The golden events as steps of the log: each with its aggregate, plain and redacted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from application.entity import AGGREGATES, Entity, Recorded, advance
from application.envelope import Envelope
from domain.changes import difference
from domain.event import Event
from domain.interaction import InteractionAmended
from domain.record import FollowUp, Place, Said
from domain.streams import StreamName
from infrastructure.publishing.event_types import EVENTS, REDACTABLE
from projections.read_model import Step
from tests.infrastructure.log.golden_events import BARE, FULL, MORE
from tests.infrastructure.log.golden_values import (
    ACCOUNT,
    BARE_ENVELOPE,
    CONTACT,
    ENVELOPE,
    INTERACTION,
    TACTIC,
)

BASE_URL = "https://kith.example.com"

SUBJECTS = {
    "contact": CONTACT,
    "interaction": INTERACTION,
    "meeting": UUID("550e8400-e29b-41d4-a716-446655440007"),
    "service": UUID("550e8400-e29b-41d4-a716-446655440008"),
    "tactic": TACTIC,
    "webhook": UUID("550e8400-e29b-41d4-a716-446655440009"),
    "account": ACCOUNT,
}


def golden_steps() -> Iterator[tuple[str, Step, bool]]:
    """A name for each, the step, and whether it is hidden."""
    for name, event in [(one.type, one) for one in FULL] + [(f"{e.type}.more", e) for e in MORE]:
        yield name, step(event, ENVELOPE), False
        if type(event) in REDACTABLE:
            yield f"{name}.redacted", _as_it_happens(step(event, ENVELOPE)), True
    for event in BARE:
        yield f"{event.type}.bare", step(event, BARE_ENVELOPE), False


def step(event: Event, envelope: Envelope = ENVELOPE) -> Step:
    """The event as the first of its stream, or as the second after the stream's golden first."""
    kind = _kind(event)
    stream = StreamName("7", kind, SUBJECTS[kind])
    before = None if _begins(event) else _begun(stream)
    recorded = Recorded(stream, 2 if before else 1, 42, event, envelope)
    return Step(recorded, before, advance(before, recorded, _after(event, before)))


def _begins(event: Event) -> bool:
    return event.type.endswith((".added.v1", ".logged.v1", ".planned.v1", ".tracked.v1")) or (
        event.type in {"kith.meeting.scheduled.v1", "kith.account.connected.v1"}
    )


def _begun(stream: StreamName) -> Entity:
    begins = EVENTS[stream.kind][0]
    (first,) = (event for event in FULL if isinstance(event, begins))
    return advance(None, Recorded(stream, 1, 41, first, ENVELOPE))


def _after(event: Event, before: Entity | None) -> Any:
    """The state afterwards. The changes of the golden amendment show what values there may be, but
    don't fit together in one record: these do."""
    state = None if before is None else before.state
    if not isinstance(event, InteractionAmended):
        return AGGREGATES[_kind(event)].evolve(state, event)
    assert state is not None
    update = {
        "said": Said(notes="other notes"),
        "place": Place(location="consulate", medium="video"),
        "follow_up": FollowUp(needed=False),
    }
    return replace(state, record=state.record.model_copy(update=update))


def _as_it_happens(one: Step) -> Step:
    """The step with the changes between its states."""
    if not isinstance(one.recorded.event, InteractionAmended):
        return one
    assert one.before is not None
    changes = difference(one.before.state.record, one.after.state.record)
    event = one.recorded.event.model_copy(update={"changes": changes})
    return one._replace(recorded=one.recorded._replace(event=event))


def _kind(event: Event) -> str:
    (kind,) = (kind for kind, events in EVENTS.items() if type(event) in events)
    return kind
