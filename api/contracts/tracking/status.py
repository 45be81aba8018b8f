"""The status of a relationship and its history, in the native contract (the relationships
document)."""

from typing import Annotated

from fastapi import Query

from api.contracts.tracking import lists
from api.contracts.tracking.contact_schemas import (
    ContactShown,
    Reactivation,
    StatusChange,
    StatusHistoryQuery,
    StatusHistoryShown,
)
from api.contracts.tracking.contacts import carry_out_on, unchanged_contact
from api.contracts.tracking.dialect import CHANGING, TRACKING
from api.http import records, repeats
from api.http.answers import Content
from api.http.call import Call
from api.http.paging import cursor_invalid
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
from projections.contacts.as_of import contact_then
from projections.paging import InvalidCursor, scope, sealed, unsealed
from projections.status_history import queries as history
from projections.status_history.queries import END

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
    call: Call, contact_id: str, query: Annotated[StatusHistoryQuery, Query()]
) -> Content:
    """Every move of a relationship, newest first, now or as of an instant"""
    newest = END
    if query.as_of is not None:
        identity = await records.contact_id(call, contact_id)
        call.require("audit")
        async with call.log() as past:
            then = await contact_then(past, call.tenant, identity, query.as_of.at)
        newest = then.version + 1
    else:
        identity = (await records.contact(call, contact_id)).id
    bound_to = scope(call.tenant, "status-history", identity, query.as_of)
    before = min(newest, _version(query.cursor, bound_to))
    found = await history.page(call.fetch, call.tenant, identity, query.limit, before)
    following = sealed(found.end, bound_to) if found.end else None
    return lists.before_cursor(call, ",".join(found.documents), following)


def _version(cursor: str | None, bound_to: str) -> int:
    """The version that the page before ended with. Raises a 422."""
    if not cursor:
        return END
    try:
        (version,) = unsealed(cursor, bound_to, int)
    except InvalidCursor as error:
        raise cursor_invalid(error) from None
    return int(version)
