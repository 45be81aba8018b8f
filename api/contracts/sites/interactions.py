"""Interactions of a site (the sites document)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic_core import from_json
from starlette.responses import Response

from api.contracts.sites.dialect import SITES
from api.contracts.sites.listing import ListQuery
from api.contracts.sites.responses import errors
from api.contracts.sites.schemas import InteractionChanges, NewInteraction
from api.contracts.sites.shown import (
    DeletionShown,
    InteractionShown,
    InteractionsShown,
    TypesShown,
    interaction_json,
    interactions_json,
    success,
)
from api.contracts.sites.site_context import CONTEXT, SITE
from api.http import records
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call
from api.http.problem import Problem, Refused
from api.http.route import SIGNED_IN, contract_route, needs
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
from infrastructure.postgres.bounded_queries import TooSlow
from projections.sites import queries as site_queries
from projections.sites.fields import TYPES, fields_of
from projections.sites.model import SITE_LIST
from projections.timeline import queries as interaction_list
from projections.timeline.document import document_for

router = APIRouter(route_class=contract_route(SITES), tags=["Interactions"])
reading, writing = needs("view_contacts") | CONTEXT, needs("edit_contacts") | CONTEXT


@router.get(
    "/api/interactions",
    response_model=InteractionsShown,
    responses=errors(400, 403),
    openapi_extra=reading,
    summary="List interactions",
)
async def find(call: Call, query: Annotated[ListQuery, Query()]) -> Response:
    wanted = query.wanted(call.tenant, call.open_tags)
    offset = (query.page - 1) * query.per_page
    await call.services.caught_up((SITE_LIST.name,), call.tenant)
    try:
        async with call.services.bounded_queries.open(call.tenant) as fetch:
            found = await site_queries.page(fetch, wanted, query.per_page, offset)
    except TooSlow as error:
        detail = f"{error} A longer term or a narrower range of dates makes it faster."
        headers = (("Retry-After", str(round(error.seconds))),)
        raise Refused(Problem(503, "query_too_slow", detail, headers=headers)) from None
    pagination = query.pagination(found.total)
    body = interactions_json(found.documents, call.tenant, pagination)
    return json_response(body, headers=query.links(call, pagination["total_pages"]))


@router.get(
    "/api/interactions/types",
    response_model=TypesShown,
    responses=errors(),
    openapi_extra=needs(SIGNED_IN),
    summary="Get interaction types",
)
async def types(_call: Call) -> Response:
    return json_response(success({"types": TYPES}))


@router.get(
    "/api/interactions/{id}",
    response_model=InteractionShown,
    responses=errors(403, 404),
    openapi_extra=reading,
    summary="Get interaction",
)
async def get(call: Call, id: str) -> Response:
    _, document, position = await _named(call, id)
    tag = ("ETag", entity_tag(position))
    return json_response(interaction_json(document, call.tenant), headers=(tag,))


@router.post(
    "/api/interactions",
    status_code=201,
    response_model=InteractionShown,
    responses=errors(400, 403, 409, 413, 415, 422),
    openapi_extra=needs("edit_contacts") | SITE,
    summary="Create interaction",
)
async def create(call: Call, body: NewInteraction) -> Response:
    address = f"{call.scope.get('root_path', '')}/api/interactions"

    def created(entity: Entity[Interaction]) -> Answer:
        location = ("Location", f"{address}/{entity.state.number}")
        return Answer(201, (location, *_tag(entity)), _shown(call, entity))

    command = LogInteraction(body.record(), may_plan=True)
    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), log_interaction, command, created))


@router.put(
    "/api/interactions/{id}",
    response_model=InteractionShown,
    responses=errors(400, 403, 404, 409, 412, 413, 415),
    openapi_extra=writing,
    summary="Update interaction",
)
async def update(call: Call, id: str, body: InteractionChanges) -> Response:
    identity, document, _ = await _named(call, id)
    shown = from_json(document)
    seen, redacted = fields_of(shown), "redacted" in shown
    command = AmendInteraction(
        identity,
        lambda record: body.revise(record, seen, redacted=redacted),
        may_plan=True,
        open_tags=call.open_tags,
    )

    def updated(entity: Entity[Interaction]) -> Answer:
        return Answer(200, _tag(entity), _shown(call, entity))

    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), amend_interaction, command, updated))


@router.delete(
    "/api/interactions/{id}",
    response_model=DeletionShown,
    responses=errors(403, 404, 409, 412),
    openapi_extra=writing,
    summary="Delete interaction",
)
async def delete(call: Call, id: str) -> Response:
    command = DeleteInteraction(await records.interaction_id(call, id))
    deleted = success({"success": True, "message": "Interaction deleted successfully"}).decode()
    ledger = call.services.system.ledger
    answer = await ledger.carry_out(
        call.caller(), delete_interaction, command, lambda _: Answer(200, (), deleted)
    )
    return response_of(answer)


async def _named(call: Call, reference: str) -> tuple[UUID, str, int]:
    """The interaction that a path names: its id, its document and its version. Raises NotFound."""
    identity = await records.interaction_id(call, reference)
    found = await interaction_list.one(call.services.fetch, call.tenant, identity, call.open_tags)
    if found is None:
        raise NotFound("Interaction not found", code="interaction_not_found")
    return identity, *found


def _shown(call: Call, entity: Entity[Interaction]) -> str:
    return interaction_json(document_for(entity, call.open_tags), call.tenant)


def _tag(entity: Entity[Interaction]) -> tuple[tuple[str, str], ...]:
    return (("ETag", entity_tag(entity.position)),)
