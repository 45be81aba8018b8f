"""The status of a relationship, and its moves (the relationships document, Status Progression
Rules)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from api.contracts.relationships.dialect import RELATIONSHIPS
from api.contracts.relationships.types import (
    LifecycleStage,
    RelationshipStatus,
    Text,
)
from api.http import records
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.models import Body, Shown
from api.http.route import needs
from api.http.router import ContractRouter
from application.contacts import ChangeContactStatus, change_contact_status
from application.entity import Entity
from application.ports import Answer
from application.work import Work
from domain import relationship
from domain.contact import Contact
from domain.streams import StreamName

router = ContractRouter(RELATIONSHIPS, "Status")


class ContactStatusUpdate(Body):
    """Where the relationship moves. A stage that isn't given aligns by itself."""

    relationship_status: RelationshipStatus
    lifecycle_stage: LifecycleStage | None = None
    reason: Text | None = None
    notes: Text | None = None


class ContactStatusChange(Shown):
    contact_id: UUID
    old_status: RelationshipStatus
    new_status: RelationshipStatus
    old_lifecycle_stage: LifecycleStage
    new_lifecycle_stage: LifecycleStage
    changed_by: str
    timestamp: str
    reason: str | None


@router.on(
    "PUT /contacts/{contact_id}/status",
    needs("edit_contacts"),
    ContactStatusChange,
    errors=(400, 404, 409, 412, 413, 415, 422),
    also="/api/contacts/{contact_id}/status",
)
async def change(call: Call, contact_id: str, body: ContactStatusUpdate) -> Answer:
    """Move a relationship to another status or stage"""
    identity = await records.contact_id(call, contact_id)
    command = ChangeContactStatus(
        identity,
        relationship.RelationshipStatus(body.relationship_status),
        body.lifecycle_stage and relationship.LifecycleStage(body.lifecycle_stage),
        body.reason,
        body.notes,
    )
    before: Contact | None = None

    async def handler(work: Work, command: ChangeContactStatus) -> StreamName:
        nonlocal before
        before = (await work.contact(identity)).state
        return await change_contact_status(work, command)

    def changed(entity: Entity[Contact]) -> Content:
        assert before is not None
        shown = _shown(before, entity, body.reason, call.principal.name)
        return record(to_json(shown), entity.position)

    return await carry_out(call, handler, command, changed)


def _shown(
    before: Contact, entity: Entity[Contact], reason: str | None, caller: str
) -> dict[str, Any]:
    """The answer to a change of status. If nothing moved, no event was recorded, and the time is
    that of the answer."""
    after = entity.state
    moved = (before.status, before.stage) != (after.status, after.stage)
    return {
        "contact_id": entity.id,
        "old_status": before.status,
        "new_status": after.status,
        "old_lifecycle_stage": before.stage,
        "new_lifecycle_stage": after.stage,
        "changed_by": caller,
        "timestamp": entity.changed.time if moved else datetime.now(UTC),
        "reason": reason,
    }
