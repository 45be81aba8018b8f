"""Entities: aggregates as the ledger holds them, with the place and author of the last change."""

from dataclasses import dataclass
from typing import Any, Generic, NamedTuple
from uuid import UUID

from typing_extensions import TypeVar

from application.envelope import Envelope
from domain.account import Account
from domain.contact import Contact
from domain.event import Event
from domain.interaction import Interaction
from domain.meeting import Meeting
from domain.service import Service
from domain.streams import StreamName
from domain.tactic import Tactic
from domain.webhook import Webhook

S = TypeVar("S", default=Any)

AGGREGATES: dict[str, Any] = {
    aggregate.kind: aggregate
    for aggregate in (Contact, Interaction, Meeting, Service, Tactic, Webhook, Account)
}
"""The aggregate of each kind of stream."""


class Recorded(NamedTuple):
    """An event in the log. `position` counts through the log, `version` through the stream."""

    stream: StreamName
    version: int
    position: int
    event: Event
    envelope: Envelope


@dataclass(slots=True)
class Entity(Generic[S]):
    """`version` and `position` are those of its last event; `created` and `changed` the envelopes
    of its first and last. `document` caches the JSON that a projector made of it."""

    stream: StreamName
    state: S
    version: int
    position: int
    created: Envelope
    changed: Envelope
    document: str | None = None

    @property
    def id(self) -> UUID:
        return self.stream.id


def advance(entity: Entity | None, recorded: Recorded, state: object = None) -> Entity:
    """The entity after one more event; `state` saves evolving again where it is known."""
    if state is None:
        before = None if entity is None else entity.state
        state = AGGREGATES[recorded.stream.kind].evolve(before, recorded.event)
    return Entity(
        recorded.stream,
        state,
        recorded.version,
        recorded.position,
        recorded.envelope if entity is None else entity.created,
        recorded.envelope,
    )
