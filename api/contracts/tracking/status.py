"""The status of a relationship and its history, in the native contract (the relationships
document)."""

from typing import Annotated

from fastapi import Query
from pydantic_core import to_json

from api.contracts.tracking import lists
from api.contracts.tracking.contact_schemas import (
    AsOfQuery,
    ContactShown,
    Reactivation,
    StatusChange,
    StatusHistoryShown,
)
from api.contracts.tracking.contacts import carry_out_on, unchanged_contact
from api.contracts.tracking.dialect import CHANGING, TRACKING
from api.http import records, repeats
from api.http.answers import Content
from api.http.call import Call
from api.http.route import needs
from api.http.router import ContractRouter
from application.contacts import (
    ChangeContactStatus,
    ReactivateContact,
    change_contact_status,
    reactivate_contact,
)
from application.ports import Answer
from domain.relationship import LifecycleStage, RelationshipStatus
from projections.contacts import as_of as history

router = ContractRouter(TRACKING, "Relationship status")


@router.on(
    "PUT /api/contacts/{contact_id}/status", needs("edit_contacts"), ContactShown, errors=CHANGING
)
async def change(call: Call, contact_id: str, body: StatusChange) -> Answer:
    """Move a relationship to another status or stage"""
    identity = await unchanged_contact(call, contact_id)
    command = ChangeContactStatus(
        identity,
        body.relationship_status and RelationshipStatus(body.relationship_status),
        body.lifecycle_stage and LifecycleStage(body.lifecycle_stage),
        body.reason,
        body.notes,
    )
    return await carry_out_on(call, change_contact_status, command, identity)


@router.on(
    "POST /api/contacts/{contact_id}/reactivate",
    needs("edit_contacts"),
    ContactShown,
    errors=CHANGING,
    judge=repeats.contact,
)
async def reactivate(call: Call, contact_id: str, body: Reactivation) -> Answer:
    """Take up a relationship that had ended"""
    identity = await unchanged_contact(call, contact_id)
    command = ReactivateContact(identity, body.reason, body.notes)
    return await carry_out_on(call, reactivate_contact, command, identity)


@router.on(
    "GET /api/contacts/{contact_id}/status-history",
    needs("view_contacts"),
    StatusHistoryShown,
    errors=(404, 422),
)
async def status_history(
    call: Call, contact_id: str, query: Annotated[AsOfQuery, Query()]
) -> Content:
    """Every move of a relationship, newest first, now or as of an instant"""
    if query.as_of is not None:
        identity = await records.contact_id(call, contact_id)
        call.require("audit")
        async with call.log() as past:
            then = await history.contact_then(past, call.tenant, identity, query.as_of.at)
        return Content(to_json({"items": then.statuses}))
    contact = await records.contact(call, contact_id)
    rows = await call.fetch(history.STATUSES, (call.tenant, contact.id))
    return lists.complete(document for (document,) in rows)
