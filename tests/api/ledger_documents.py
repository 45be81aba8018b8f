"""Interactions as the ledger holds them, for tests of how a contract shows them."""

from uuid import UUID

from application.entity import Entity
from application.envelope import Actor, Envelope
from domain.interaction import Interaction
from domain.record import Record
from domain.streams import StreamName
from tests.domain.samples import ANN, NOW

__all__ = ["ANN", "entity_of"]

IDENTITY = UUID("550e8400-e29b-41d4-a716-446655440000")
JOHN = Actor(id="user123", name="John Smith", given_name="John", family_name="Smith")


def entity_of(record: Record, contract: str = "tracking") -> Entity[Interaction]:
    """The interaction with Ann that has this record."""
    envelope = Envelope(UUID(int=1), NOW, JOHN, contract, "req-1")
    state = Interaction(7, ANN, record)
    return Entity(StreamName("t", Interaction.kind, IDENTITY), state, 1, 1, envelope, envelope)
