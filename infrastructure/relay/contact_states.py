"""A contact's current state as a message of the compacted topic; a removed one's is a tombstone.

A state is not an event: its headers are plain ones, and it says by `position` which event it is as
of. States that are sent again after a failure are older than some that were there already, and end
with the newest; a consumer that can't wait for that ignores states older than its own.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.entity import Entity
from domain.contact import Contact, Details
from domain.event import Value
from domain.relationship import LifecycleStage, RelationshipStatus
from infrastructure.relay.cloud_events import Message
from projections.read_model import Step

CONTENT_TYPE = "application/json"


class ContactState(Value):
    """A contact as it is. What isn't known of it is left out. When it was last contacted isn't a
    fact about the contact but about its interactions, which are in the topic of events."""

    tenant: str
    """Whose contact it is."""
    id: UUID
    """The contact's id, which is also the key."""
    number: int
    """The contact's number in its tenant."""
    name: str
    """The contact's name."""
    email: str | None = None
    """Their mail address."""
    phone: str | None = None
    """Their telephone number, as it was written."""
    company: str | None = None
    """The company they work for."""
    title: str | None = None
    """Their title or position."""
    tags: tuple[str, ...] = ()
    """Free labels."""
    owner_id: str
    """The user whose contact it is."""
    relationship_status: RelationshipStatus
    """The relationship."""
    lifecycle_stage: LifecycleStage
    """The stage of the customer's life cycle."""
    created_at: datetime
    """When it came into the ledger, in UTC."""
    updated_at: datetime
    """When it last changed, in UTC."""
    position: int
    """The position of the contact's last event, in the whole log."""


def contact_messages(steps: Sequence[Step]) -> list[Message]:
    """The states after some steps of the log: one of each contact that is in them."""
    last = {
        step.recorded.stream: step.after for step in steps if isinstance(step.after.state, Contact)
    }
    return [_message(entity) for entity in last.values()]


def contact_state(entity: Entity[Contact]) -> ContactState:
    state = entity.state
    details = {name: getattr(state.details, name) for name in Details.model_fields}
    return ContactState(
        **details,
        tenant=entity.stream.tenant,
        id=entity.id,
        number=state.number,
        owner_id=state.owner_id,
        relationship_status=state.status,
        lifecycle_stage=state.stage,
        created_at=entity.created.time,
        updated_at=entity.changed.time,
        position=entity.position,
    )


def _message(entity: Entity[Contact]) -> Message:
    """The key is the contact's id, which no two tenants share."""
    removed = entity.state.removed
    value = None if removed else contact_state(entity).model_dump_json(exclude_none=True).encode()
    headers = {"tenant": entity.stream.tenant, "position": str(entity.position)}
    if not removed:
        headers["content-type"] = CONTENT_TYPE
    return Message(
        str(entity.id).encode(), value, [(name, text.encode()) for name, text in headers.items()]
    )
