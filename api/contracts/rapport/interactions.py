"""Logging a complete interaction, step 2 of the documented flow, and reading it again."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic_core import from_json, to_json
from starlette.responses import Response

from api.contracts.rapport.dialect import RAPPORT
from api.contracts.rapport.documents import interaction_read, tactic_ids, tactic_logs
from api.contracts.rapport.schemas import (
    CompleteInteraction,
    InteractionRead,
    InteractionReadWithTactics,
    PageQuery,
)
from api.http import records
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call
from api.http.detail_form import errors
from api.http.problem import invalid
from api.http.query import OPENS
from api.http.route import contract_route, needs
from application.entity import Entity
from application.own_interactions import LogOwnInteraction, log_own_interaction
from application.ports import Answer
from domain.errors import NotFound
from domain.interaction import Interaction
from projections.catalogue.tactics import named
from projections.contacts import queries as contact_list
from projections.timeline import entries as contact_interactions
from projections.timeline import queries as interaction_list
from projections.timeline.document import document

router = APIRouter(route_class=contract_route(RAPPORT), tags=["Interactions"])
reading, writing = needs("view_contacts") | OPENS, needs("edit_contacts")


@router.post(
    "/api/v1/interactions", status_code=201, openapi_extra=writing, include_in_schema=False
)
@router.post(
    "/api/v1/interactions/",
    status_code=201,
    response_model=InteractionRead,
    responses=errors(400, 404, 409, 413, 415, 422),
    openapi_extra=writing,
    summary="Log an interaction and the tactics used in it, atomically",
)
async def log(call: Call, body: CompleteInteraction) -> Response:
    twice = body.twice()
    if twice is not None:
        where = ("body", "tactic_logs", twice, "tactic_id")
        raise invalid(where, "duplicate_tactic", "This tactic is logged already; one log each.")
    contact = body.interaction.contact_id
    base = call.scope.get("root_path", "")

    def created(entity: Entity[Interaction]) -> Answer:
        location = ("Location", f"{base}/api/v1/interactions/{entity.id}")
        headers = (location, ("ETag", entity_tag(entity.position)))
        shown = interaction_read(from_json(document(entity)), contact)
        return Answer(201, headers, to_json(shown).decode())

    ledger, command = call.services.system.ledger, LogOwnInteraction(contact, body.record())
    return response_of(await ledger.carry_out(call.caller(), log_own_interaction, command, created))


@router.get(
    "/api/v1/interactions/{id}",
    response_model=InteractionReadWithTactics,
    responses=errors(404),
    openapi_extra=reading,
    summary="One interaction with a contact of one's own, and the tactics used",
)
async def get(call: Call, id: str) -> Response:
    identity = await records.interaction_id(call, id)
    fetch, user = call.services.fetch, call.principal.user
    found = await contact_interactions.of_owner(fetch, call.tenant, identity, user, call.open_tags)
    if found is None:
        raise NotFound("Interaction not found", code="interaction_not_found")
    (shown,) = await _with_tactics(call, [from_json(found.document)], found.contact_id)
    return json_response(to_json(shown), headers=(("ETag", entity_tag(found.position)),))


@router.get(
    "/api/v1/contacts/{contact_id}/interactions",
    response_model=list[InteractionReadWithTactics],
    responses=errors(404, 422),
    openapi_extra=reading,
    summary="The interactions with a contact of one's own, newest first",
)
async def of_contact(call: Call, contact_id: str, query: Annotated[PageQuery, Query()]) -> Response:
    identity = await records.contact_id(call, contact_id)
    opened, fetch = call.open_tags, call.services.fetch
    contact = await contact_list.one(fetch, call.tenant, identity)
    if contact is None or contact.owner_id != call.principal.user:
        raise NotFound("Contact not found", code="contact_not_found")
    wanted = interaction_list.Filter(call.tenant, opened, identity)
    page = await interaction_list.page(fetch, wanted, query.limit, offset=query.skip)
    shown = await _with_tactics(call, [from_json(text) for text in page.documents], identity)
    headers = []
    if page.end is not None:
        following = {**call.query_params, "skip": query.skip + query.limit, "limit": query.limit}
        headers.append(("Link", f'<{call.url.path}?{urlencode(following)}>; rel="next"'))
    return json_response(to_json(shown), headers=headers)


async def _with_tactics(
    call: Call, documents: list[dict[str, Any]], contact_id: UUID
) -> list[dict[str, Any]]:
    ids = list({identity for each in documents for identity in tactic_ids(each)})
    known = await named(call.services.fetch, call.tenant, ids)
    return [
        interaction_read(each, contact_id) | {"tactic_logs": tactic_logs(each, known)}
        for each in documents
    ]
