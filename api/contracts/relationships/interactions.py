"""The interactions of a contact: adding one, and its history page by page."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic_core import from_json, to_json
from starlette.responses import Response

from api.contracts.relationships.dialect import RELATIONSHIPS
from api.contracts.relationships.interaction_schemas import (
    ContactInteraction,
    ContactInteractionRequest,
    ContactInteractions,
    PageQuery,
    interaction_shown,
)
from api.http import records
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call
from api.http.detail_form import errors
from api.http.query import OPENS
from api.http.route import contract_route, needs
from application.entity import Entity
from application.interactions_now import LogInteractionNow, log_interaction_now
from application.ports import Answer
from domain.errors import NotFound
from domain.interaction import Interaction
from projections.contacts import queries as contact_list
from projections.timeline import entries as contact_interactions
from projections.timeline import queries as interaction_list
from projections.timeline.document import document

router = APIRouter(route_class=contract_route(RELATIONSHIPS), tags=["Interactions"])
reading, writing = needs("view_contacts") | OPENS, needs("edit_contacts")


@router.post(
    "/api/contacts/{contact_id}/interactions",
    status_code=201,
    openapi_extra=writing,
    include_in_schema=False,
)
@router.post(
    "/contacts/{contact_id}/interactions",
    status_code=201,
    response_model=ContactInteraction,
    responses=errors(400, 404, 409, 413, 415, 422),
    openapi_extra=writing,
    summary="Add an interaction with a contact, as of now",
)
async def add(call: Call, contact_id: str, body: ContactInteractionRequest) -> Response:
    identity = await records.contact_id(call, contact_id)
    base = call.scope.get("root_path", "")

    def created(entity: Entity[Interaction]) -> Answer:
        location = f"{base}/contacts/{identity}/interactions/{entity.id}"
        headers = (("Location", location), ("ETag", entity_tag(entity.position)))
        shown = interaction_shown(from_json(document(entity)), identity)
        return Answer(201, headers, to_json(shown).decode())

    ledger, command = call.services.system.ledger, LogInteractionNow(identity, body.record)
    return response_of(await ledger.carry_out(call.caller(), log_interaction_now, command, created))


@router.get(
    "/api/contacts/{contact_id}/interactions", openapi_extra=reading, include_in_schema=False
)
@router.get(
    "/contacts/{contact_id}/interactions",
    response_model=ContactInteractions,
    responses=errors(404, 422),
    openapi_extra=reading,
    summary="The interactions with a contact, newest first",
)
async def history(call: Call, contact_id: str, query: Annotated[PageQuery, Query()]) -> Response:
    identity = await records.contact_id(call, contact_id)
    opened, fetch = call.open_tags, call.services.fetch
    await _check_there(call, identity)
    wanted = interaction_list.Filter(call.tenant, opened, identity)
    total = await interaction_list.count(fetch, wanted)
    page = await interaction_list.page(fetch, wanted, query.limit, offset=query.skip)
    body = {
        "interactions": [interaction_shown(from_json(text), identity) for text in page.documents],
        "total": total,
        "skip": query.skip,
        "limit": query.limit,
    }
    headers = []
    if page.end is not None:
        following = {**call.query_params, "skip": query.skip + query.limit, "limit": query.limit}
        headers.append(("Link", f'<{call.url.path}?{urlencode(following)}>; rel="next"'))
    return json_response(to_json(body), headers=headers)


@router.get(
    "/api/contacts/{contact_id}/interactions/{interaction_id}",
    openapi_extra=reading,
    include_in_schema=False,
)
@router.get(
    "/contacts/{contact_id}/interactions/{interaction_id}",
    response_model=ContactInteraction,
    responses=errors(404),
    openapi_extra=reading,
    summary="One interaction with a contact",
)
async def get(call: Call, contact_id: str, interaction_id: str) -> Response:
    contact = await records.contact_id(call, contact_id)
    opened, fetch = call.open_tags, call.services.fetch
    await _check_there(call, contact)
    identity = await records.interaction_id(call, interaction_id)
    found = await contact_interactions.of_contact(fetch, call.tenant, identity, contact, opened)
    if found is None:
        raise NotFound("Interaction not found", code="interaction_not_found")
    body = to_json(interaction_shown(from_json(found.document), contact))
    return json_response(body, headers=(("ETag", entity_tag(found.position)),))


async def _check_there(call: Call, contact: UUID) -> None:
    if await contact_list.one(call.services.fetch, call.tenant, contact) is None:
        raise NotFound("Contact not found", code="contact_not_found")
