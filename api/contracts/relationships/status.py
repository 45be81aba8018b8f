"""The status of a relationship, and its moves (the relationships document, Status Progression
Rules)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic_core import to_json
from starlette.responses import Response

from api.contracts.relationships.dialect import RELATIONSHIPS
from api.contracts.relationships.types import (
    Body,
    LifecycleStage,
    RelationshipStatus,
    Shown,
    Text,
)
from api.http import records
from api.http.answers import entity_tag, response_of
from api.http.call import Call
from api.http.detail_form import errors
from api.http.route import contract_route, needs
from application.contacts import ChangeContactStatus, change_contact_status
from application.entity import Entity
from application.ports import Answer
from application.work import Work
from domain import relationship
from domain.contact import Contact
from domain.streams import StreamName

router = APIRouter(route_class=contract_route(RELATIONSHIPS), tags=["Status"])


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


@router.put(
    "/api/contacts/{contact_id}/status",
    openapi_extra=needs("edit_contacts"),
    include_in_schema=False,
)
@router.put(
    "/contacts/{contact_id}/status",
    response_model=ContactStatusChange,
    responses=errors(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=needs("edit_contacts"),
    summary="Move a relationship to another status or stage",
)
async def change(call: Call, contact_id: str, body: ContactStatusUpdate) -> Response:
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

    def changed(entity: Entity[Contact]) -> Answer:
        assert before is not None
        shown = _shown(before, entity, body.reason, call.principal.name)
        tag = ("ETag", entity_tag(entity.position))
        return Answer(200, (tag,), to_json(shown).decode())

    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), handler, command, changed))


def _shown(
    before: Contact, entity: Entity[Contact], reason: str | None, caller: str
) -> dict[str, Any]:
    """Where nothing moved, nothing was recorded: then the time is that of the answer."""
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
