"""The status of a relationship and its history, in the native contract (the relationships
document)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic_core import to_json
from starlette.responses import Response

from api.contracts.tracking.contact_schemas import (
    AsOfQuery,
    ContactShown,
    Reactivation,
    StatusChange,
    StatusHistoryShown,
)
from api.contracts.tracking.contacts import carry_out, check_tag
from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.responses import errors
from api.http import records
from api.http.answers import json_response
from api.http.call import Call
from api.http.route import contract_route, needs
from application.contacts import (
    ChangeContactStatus,
    ReactivateContact,
    change_contact_status,
    reactivate_contact,
)
from domain.errors import NotFound
from domain.relationship import LifecycleStage, RelationshipStatus
from infrastructure.log.reader import recorded
from projections.contacts import as_of as history
from projections.contacts import queries as contact_list

router = APIRouter(route_class=contract_route(TRACKING), tags=["Relationship status"])


@router.put(
    "/api/contacts/{contact_id}/status",
    response_model=ContactShown,
    responses=errors(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=needs("edit_contacts"),
    summary="Move a relationship to another status or stage",
)
async def change(call: Call, contact_id: str, body: StatusChange) -> Response:
    identity = await records.contact_id(call, contact_id)
    await check_tag(call, identity)
    command = ChangeContactStatus(
        identity,
        body.relationship_status and RelationshipStatus(body.relationship_status),
        body.lifecycle_stage and LifecycleStage(body.lifecycle_stage),
        body.reason,
        body.notes,
    )
    return await carry_out(call, change_contact_status, command, identity)


@router.post(
    "/api/contacts/{contact_id}/reactivate",
    response_model=ContactShown,
    responses=errors(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=needs("edit_contacts"),
    summary="Take up a relationship that had ended",
)
async def reactivate(call: Call, contact_id: str, body: Reactivation) -> Response:
    identity = await records.contact_id(call, contact_id)
    await check_tag(call, identity)
    command = ReactivateContact(identity, body.reason, body.notes)
    return await carry_out(call, reactivate_contact, command, identity)


@router.get(
    "/api/contacts/{contact_id}/status-history",
    response_model=StatusHistoryShown,
    responses=errors(404, 422),
    openapi_extra=needs("view_contacts"),
    summary="Every move of a relationship, newest first, now or as of an instant",
)
async def status_history(
    call: Call, contact_id: str, query: Annotated[AsOfQuery, Query()]
) -> Response:
    identity = await records.contact_id(call, contact_id)
    fetch, tenant = call.services.fetch, call.tenant
    if query.as_of is not None:
        call.require("audit")
        then = await history.contact_then(fetch, recorded, tenant, identity, query.as_of.at)
        if then is None:
            raise NotFound("There was no such contact then", code="contact_not_found")
        return json_response(to_json({"items": then.statuses}))
    if await contact_list.one(fetch, tenant, identity) is None:
        raise NotFound("Contact not found", code="contact_not_found")
    rows = await fetch(history.STATUSES, (tenant, identity))
    return json_response(f'{{"items":[{",".join(document for (document,) in rows)}]}}')
