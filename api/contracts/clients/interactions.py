"""A client's interactions (the clients document)."""

from typing import Annotated

from fastapi import Query
from pydantic_core import from_json, to_json

from api.contracts.clients import found
from api.contracts.clients.dialect import CLIENTS
from api.contracts.clients.schemas import InteractionChanges, NewInteraction
from api.contracts.clients.shown import (
    InteractionShown,
    InteractionsShown,
    interaction,
    interaction_json,
)
from api.contracts.clients.types import TAGS, PageQuery
from api.http import records, repeats
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.paging import links, page_end
from api.http.records import present
from api.http.route import needs
from api.http.router import ContractRouter
from application.entity import Entity
from application.interactions import (
    AmendInteraction,
    DeleteInteraction,
    LogInteraction,
    amend_interaction,
    delete_interaction,
    log_interaction,
)
from application.ports import Answer
from domain.errors import NotFound
from domain.interaction import Interaction
from projections.catalogue.services import offers
from projections.paging import scope, to_cursor
from projections.timeline.document import document_for
from projections.timeline.pages import TimelineRead

router = ContractRouter(CLIENTS, "Client interactions")
reading, writing = needs("view_contacts") | TAGS, needs("edit_contacts") | TAGS


@router.on(
    "GET /api/clients/{client_id}/interactions/{id}", reading, InteractionShown, errors=(404,)
)
async def get(call: Call, client_id: str, id: str) -> Content:
    """Get a single client interaction"""
    named = await found.interaction(call, client_id, id)
    return record(interaction_json(named.document), named.position)


@router.on("GET /api/clients/{client_id}/interactions", reading, InteractionsShown, errors=(404,))
async def listed(call: Call, client_id: str, query: Annotated[PageQuery, Query()]) -> Content:
    """A client's interactions, newest first; the Link header leads to the next page"""
    whose = await records.contact(call, client_id)
    bound_to = scope(call.tenant, "client", whose.id)
    before = page_end(query.cursor, bound_to)
    read = TimelineRead(call.tenant, whose.id, query.limit, before, call.open_tags)
    page = present(await call.services.timeline(read), "Client")
    shown = [interaction(document) for document in from_json(f"[{page.documents}]")]
    following = page.end and {"cursor": to_cursor(page.end, bound_to)}
    return Content(to_json({"interactions": shown}), links(call, next=following))


@router.on(
    "POST /api/clients/{client_id}/interactions",
    writing,
    InteractionShown,
    status=201,
    errors=(404, 409, 413, 415, 422),
    judge=repeats.interaction(lambda _, document: interaction_json(document)),
)
async def create(call: Call, client_id: str, body: NewInteraction) -> Answer:
    """Create a client interaction"""
    whose = await records.contact(call, client_id)
    opened = call.open_tags
    known = await offers(call.fetch, call.tenant)
    command = LogInteraction(body.record(opened), whose.id, offers=known)
    address = f"{call.scope.get('root_path', '')}/api/clients/{whose.number}/interactions"

    def created(entity: Entity[Interaction]) -> Content:
        location = f"{address}/{entity.state.number}"
        return record(shown(entity, opened), entity.position, location)

    return await carry_out(call, log_interaction, command, created)


@router.on(
    "PATCH /api/clients/{client_id}/interactions/{id}",
    writing,
    InteractionShown,
    errors=(404, 409, 412, 413, 415),
)
async def modify(call: Call, client_id: str, id: str, body: InteractionChanges) -> Answer:
    """Modify a client interaction"""
    named = await found.interaction(call, client_id, id)
    opened = call.open_tags
    command = AmendInteraction(
        named.id,
        body.fields(from_json(named.document), opened),
        open_tags=opened,
        # The documented PATCH names no tag, and sets what a tagged interaction hides.
        permitted_tags=call.permitted_tags,
        offers=await offers(call.fetch, call.tenant),
    )

    def modified(entity: Entity[Interaction]) -> Content:
        return record(shown(entity, opened), entity.position)

    return await carry_out(call, amend_interaction, command, modified)


@router.on(
    "DELETE /api/clients/{client_id}/interactions/{id}", writing, status=204, errors=(404, 409, 412)
)
async def delete(call: Call, client_id: str, id: str) -> Answer:
    """Delete a client interaction; the log keeps that it was there"""
    named = await found.interaction(call, client_id, id, deleting=True)
    try:
        return await carry_out(call, delete_interaction, DeleteInteraction(named.id))
    except NotFound:  # deleted by another command meanwhile
        raise found.already_deleted() from None


def shown(entity: Entity[Interaction], opened: tuple[str, ...]) -> str:
    return interaction_json(document_for(entity, opened))
