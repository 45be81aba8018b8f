"""Contacts of the native contract."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from api.contracts.tracking import lists
from api.contracts.tracking.contact_schemas import (
    AsOfQuery,
    ContactChanges,
    ContactQuery,
    ContactShown,
    ContactsShown,
    NewContact,
    contact_tag,
)
from api.contracts.tracking.dialect import CHANGING, REMOVING, TRACKING
from api.http import records, repeats
from api.http.answers import Content, carry_out, tags_to_match
from api.http.call import Call
from api.http.models import Instant
from api.http.records import present
from api.http.route import needs
from api.http.router import ContractRouter
from application.contacts import (
    AddContact,
    ChangeContactDetails,
    RemoveContact,
    RestoreContact,
    add_contact,
    change_contact_details,
    remove_contact,
    restore_contact,
)
from application.entity import Entity
from application.errors import PreconditionFailed
from application.ledger import Handler
from application.ports import Answer
from domain.contact import Contact, Details
from infrastructure.log.reader import LogReader
from infrastructure.postgres.fetch import fetching_on
from projections.contacts import as_of as history
from projections.contacts import queries as contact_list
from projections.contacts.queries import ListedContact

router = ContractRouter(TRACKING, "Contacts")
C = TypeVar("C")
reading, writing = needs("view_contacts"), needs("edit_contacts")
QUERIES = lists.Queries(contact_list.count, contact_list.page, contact_list.rest)


@router.on(
    "POST /api/contacts",
    writing,
    ContactShown,
    status=201,
    errors=(400, 404, 409, 413, 415, 422),
    judge=repeats.contact,
)
async def add(call: Call, body: NewContact) -> Answer:
    """Add a contact"""
    command = AddContact(Details(**body.fields_of(Details)))
    return await carry_out(call, add_contact, command, created)


@router.on("GET /api/contacts", reading, ContactsShown, errors=(422,))
async def find(call: Call, query: Annotated[ContactQuery, Query()]) -> Content | Response:
    """Contacts by filter, newest first"""
    wanted = contact_list.Filter(
        call.tenant,
        query.search,
        query.relationship_status,
        query.lifecycle_stage,
        owner=query.owner_id,
    )
    by_text = query.search is not None
    shown = ContactShown.json_of
    return await lists.find(call, query, wanted, "contacts", QUERIES, shown, by_text=by_text)


@router.on("GET /api/contacts/{contact_id}", reading, ContactShown, errors=(404, 422))
async def get(call: Call, contact_id: str, query: Annotated[AsOfQuery, Query()]) -> Content:
    """One contact, as it is now or as it was at an instant"""
    identity = await records.contact_id(call, contact_id)
    if query.as_of is not None:
        return await _then(call, identity, query.as_of)
    row = present(await contact_list.one(call.fetch, call.tenant, identity), "Contact")
    return tagged(row)


@router.on("PATCH /api/contacts/{contact_id}", writing, ContactShown, errors=CHANGING)
async def change(call: Call, contact_id: str, body: ContactChanges) -> Answer:
    """Change what is known of a contact"""
    identity = await unchanged_contact(call, contact_id)
    command = ChangeContactDetails(identity, body.fields_of(Details))
    return await carry_out_on(call, change_contact_details, command, identity)


@router.on("DELETE /api/contacts/{contact_id}", writing, status=204, errors=REMOVING)
async def remove(call: Call, contact_id: str) -> Answer:
    """Remove a contact; its history and its interactions stay"""
    identity = await unchanged_contact(call, contact_id)
    return await carry_out(call, remove_contact, RemoveContact(identity))


@router.on(
    "POST /api/contacts/{contact_id}/restore",
    writing,
    ContactShown,
    errors=CHANGING,
    judge=repeats.contact,
)
async def restore(call: Call, contact_id: str) -> Answer:
    """Bring a removed contact back"""
    identity = await records.contact_id(call, contact_id)
    return await carry_out_on(call, restore_contact, RestoreContact(identity), identity)


def created(entity: Entity[Contact]) -> Content:
    row = contact_list.listed_of(entity)
    headers = (("Location", f"/api/contacts/{entity.id}"), ("ETag", contact_tag(row)))
    return Content(ContactShown.json_of(row), headers)


async def carry_out_on(call: Call, handler: Handler[C], command: C, identity: UUID) -> Answer:
    """Carry out a command about a contact and answer with the contact. The time of the last
    contact is read before the command, which can't change it."""
    last = await contact_list.last_contacted(call.fetch, call.tenant, identity)

    def shown(entity: Entity[Contact]) -> Content:
        return tagged(contact_list.listed_of(entity, last))

    return await carry_out(call, handler, command, shown)


def tagged(row: ListedContact) -> Content:
    return Content(ContactShown.json_of(row), (("ETag", contact_tag(row)),))


async def unchanged_contact(call: Call, reference: str) -> UUID:
    """The contact that a path names. Checks the part of `If-Match` that comes from the timeline;
    the ledger checks the rest. Raises NotFound and PreconditionFailed."""
    identity = await records.contact_id(call, reference)
    if (tags := tags_to_match(call)) is not None:
        row = await contact_list.one(call.fetch, call.tenant, identity)
        if row is not None and contact_tag(row).strip('"') not in tags:
            raise PreconditionFailed
    return identity


async def _then(call: Call, identity: UUID, instant: Instant) -> Content:
    call.require("audit")
    tenant = call.tenant
    # One connection for both: waiting for a second one while holding the first could wait for ever.
    async with call.services.looking_back.connection(tenant) as connection:
        past, fetch = LogReader(connection), fetching_on(connection)
        then = await history.contact_then(past, tenant, identity, instant.at)
        last = await history.last_contacted_then(past, fetch, tenant, identity, instant.at)
    return Content(ContactShown.json_of(contact_list.listed_of(then, last)))
