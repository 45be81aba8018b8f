"""A client's interactions (the clients document)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic_core import from_json, to_json
from starlette.responses import Response

from api.contracts.clients import found
from api.contracts.clients.dialect import CLIENTS
from api.contracts.clients.pages import link_to_next, place
from api.contracts.clients.responses import errors
from api.contracts.clients.schemas import InteractionChanges, NewInteraction
from api.contracts.clients.shown import (
    InteractionShown,
    InteractionsShown,
    interaction,
    interaction_json,
)
from api.contracts.clients.types import TAGS, PageQuery
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call
from api.http.route import contract_route, needs
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
from projections.paging import scope
from projections.timeline.document import document_for
from projections.timeline.pages import Question

router = APIRouter(route_class=contract_route(CLIENTS), tags=["Client interactions"])
reading, writing = needs("view_contacts") | TAGS, needs("edit_contacts") | TAGS


@router.get(
    "/api/clients/{client_id}/interactions/{id}",
    response_model=InteractionShown,
    responses=errors(404),
    openapi_extra=reading,
    summary="Get a single client interaction",
)
async def get(call: Call, client_id: str, id: str) -> Response:
    named = await found.interaction(call, client_id, id)
    tag = ("ETag", entity_tag(named.position))
    return json_response(interaction_json(named.document), headers=(tag,))


@router.get(
    "/api/clients/{client_id}/interactions",
    response_model=InteractionsShown,
    responses=errors(404),
    openapi_extra=reading,
    summary="A client's interactions, newest first; the Link header leads to the next page",
)
async def listed(call: Call, client_id: str, query: Annotated[PageQuery, Query()]) -> Response:
    whose = await found.present_client(call, client_id)
    bound_to = scope(call.tenant, "client", whose.id)
    before = place(query.cursor, bound_to)
    question = Question(call.tenant, whose.id, query.limit, before, call.open_tags)
    page = await call.services.timelines.get(question)
    if page is None:
        raise NotFound("Client not found", code="client_not_found")
    shown = [interaction(document) for document in from_json(f"[{page.documents}]")]
    headers = link_to_next(call, page.end, bound_to)
    return json_response(to_json({"interactions": shown}), headers=headers)


@router.post(
    "/api/clients/{client_id}/interactions",
    status_code=201,
    response_model=InteractionShown,
    responses=errors(404, 409, 413, 415, 422),
    openapi_extra=writing,
    summary="Create a client interaction",
)
async def create(call: Call, client_id: str, body: NewInteraction) -> Response:
    whose = await found.client(call, client_id)
    opened = call.open_tags
    known = await offers(call.services.fetch, call.tenant)
    command = LogInteraction(body.record(opened), whose.id, offers=known)
    address = f"{call.scope.get('root_path', '')}/api/clients/{whose.number}/interactions"

    def created(entity: Entity[Interaction]) -> Answer:
        location = ("Location", f"{address}/{entity.state.number}")
        return Answer(201, (location, *tag_of(entity)), shown(entity, opened))

    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), log_interaction, command, created))


@router.patch(
    "/api/clients/{client_id}/interactions/{id}",
    response_model=InteractionShown,
    responses=errors(404, 409, 412, 413, 415),
    openapi_extra=writing,
    summary="Modify a client interaction",
)
async def modify(call: Call, client_id: str, id: str, body: InteractionChanges) -> Response:
    named = await found.interaction(call, client_id, id)
    opened = call.open_tags
    command = AmendInteraction(
        named.id,
        lambda record: body.revise(record, opened),
        open_tags=opened,
        # The documented PATCH names no tag, and sets what a tagged interaction hides.
        permitted_tags=call.permitted_tags,
        offers=await offers(call.services.fetch, call.tenant),
    )

    def modified(entity: Entity[Interaction]) -> Answer:
        return Answer(200, tag_of(entity), shown(entity, opened))

    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), amend_interaction, command, modified))


@router.delete(
    "/api/clients/{client_id}/interactions/{id}",
    status_code=204,
    responses=errors(404, 409, 412),
    openapi_extra=writing,
    summary="Delete a client interaction; the log keeps that it was there",
)
async def delete(call: Call, client_id: str, id: str) -> Response:
    named = await found.interaction_to_delete(call, client_id, id)
    ledger, command = call.services.system.ledger, DeleteInteraction(named.id)
    try:
        answer = await ledger.carry_out(
            call.caller(), delete_interaction, command, lambda _: Answer(204)
        )
    except NotFound:  # somebody else was faster
        raise found.already_deleted() from None
    return response_of(answer)


def shown(entity: Entity[Interaction], opened: tuple[str, ...]) -> str:
    return interaction_json(document_for(entity, opened))


def tag_of(entity: Entity[Interaction]) -> tuple[tuple[str, str], ...]:
    return (("ETag", entity_tag(entity.position)),)
