"""Interactions of a site (the sites document)."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query
from pydantic_core import from_json
from starlette.responses import Response

from api.contracts.sites.dialect import SITES
from api.contracts.sites.listing import ListQuery
from api.contracts.sites.schemas import InteractionChanges, NewInteraction
from api.contracts.sites.shown import (
    DeletionShown,
    InteractionShown,
    InteractionsShown,
    TypesShown,
    around_interactions,
    interaction,
    interaction_json,
    success,
)
from api.contracts.sites.site_context import CONTEXT, SITE
from api.http import records, repeats
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.pieces import array, elements
from api.http.route import SIGNED_IN, needs
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
from domain.interaction import Interaction
from projections.sites import queries as site_queries
from projections.sites.fields import TYPES
from projections.sites.model import SITE_LIST
from projections.timeline.document import document_for

router = ContractRouter(SITES, "Interactions")
DELETED = success({"success": True, "message": "Interaction deleted successfully"})
reading, writing = needs("view_contacts") | CONTEXT, needs("edit_contacts") | CONTEXT


@router.on("GET /api/interactions", reading, InteractionsShown, errors=(400, 403))
async def find(call: Call, query: Annotated[ListQuery, Query()]) -> Content | Response:
    """List interactions"""
    wanted = query.wanted(call.tenant, call.open_tags)
    offset = (query.page - 1) * query.per_page
    await call.services.caught_up((SITE_LIST.name,), call.tenant)
    async with call.services.bounded_queries.open(call.tenant) as fetch:
        found = await site_queries.page(fetch, wanted, query.per_page, offset)
    pagination = query.pagination(found.total)
    begin, end = around_interactions(pagination)

    async def shown(documents: Sequence[str]) -> str:
        return elements([interaction(document, call.tenant) for document in documents])

    return await array(
        call,
        found.page,
        shown,
        lambda ids: site_queries.rest(call.fetch, wanted, ids),
        begin=begin,
        end=end,
        headers=query.links(call, pagination["total_pages"]),
    )


@router.on("GET /api/interactions/types", needs(SIGNED_IN), TypesShown)
async def types(_call: Call) -> Content:
    """Get interaction types"""
    return Content(success({"types": TYPES}))


@router.on("GET /api/interactions/{id}", reading, InteractionShown, errors=(403, 404))
async def get(call: Call, id: str) -> Content:
    """Get interaction"""
    _, document, position = await records.interaction(call, id)
    return record(interaction_json(document, call.tenant), position)


@router.on(
    "POST /api/interactions",
    needs("edit_contacts") | SITE,
    InteractionShown,
    status=201,
    errors=(400, 403, 404, 409, 413, 415, 422),
    judge=repeats.interaction(lambda call, document: interaction_json(document, call.tenant)),
)
async def create(call: Call, body: NewInteraction) -> Answer:
    """Create interaction"""
    address = f"{call.scope.get('root_path', '')}/api/interactions"

    def created(entity: Entity[Interaction]) -> Content:
        location = f"{address}/{entity.state.number}"
        return record(_shown(call, entity), entity.position, location)

    command = LogInteraction(body.record(), may_plan=True)
    return await carry_out(call, log_interaction, command, created)


@router.on(
    "PUT /api/interactions/{id}",
    writing,
    InteractionShown,
    errors=(400, 403, 404, 409, 412, 413, 415),
)
async def update(call: Call, id: str, body: InteractionChanges) -> Answer:
    """Update interaction"""
    identity, document, _ = await records.interaction(call, id)
    fields = body.fields(from_json(document))
    command = AmendInteraction(identity, fields, may_plan=True, open_tags=call.open_tags)

    def updated(entity: Entity[Interaction]) -> Content:
        return record(_shown(call, entity), entity.position)

    return await carry_out(call, amend_interaction, command, updated)


@router.on("DELETE /api/interactions/{id}", writing, DeletionShown, errors=(403, 404, 409, 412))
async def delete(call: Call, id: str) -> Answer:
    """Delete interaction"""
    command = DeleteInteraction(await records.interaction_id(call, id))
    return await carry_out(call, delete_interaction, command, lambda _: Content(DELETED))


def _shown(call: Call, entity: Entity[Interaction]) -> str:
    return interaction_json(document_for(entity, call.open_tags), call.tenant)
