"""Interactions of the native contract (the tracking document)."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.contracts.tracking import lists
from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.interaction_changes import InteractionChanges
from api.contracts.tracking.interaction_schemas import (
    InteractionQuery,
    InteractionShown,
    InteractionsShown,
    NewInteraction,
    TimelineQuery,
    TimelineShown,
)
from api.contracts.tracking.responses import OPENS, errors
from api.http import records
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call, tag_words
from api.http.problem import invalid
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
from domain.kinds import Kind
from projections.paging import scope
from projections.timeline import pages as timeline_page
from projections.timeline import queries as interaction_list
from projections.timeline.document import NATIVE_WORDS, document, document_for

router = APIRouter(route_class=contract_route(TRACKING), tags=["Interactions"])
reading, writing = needs("view_contacts"), needs("edit_contacts")
opening, revising = reading | OPENS, writing | OPENS


@router.post(
    "/api/interactions",
    status_code=201,
    response_model=InteractionShown,
    responses=errors(400, 409, 413, 415, 422),
    openapi_extra=writing,
    summary="Log an interaction with a contact",
)
async def log(call: Call, body: NewInteraction) -> Response:
    ledger = call.services.system.ledger
    try:
        contact = await records.named_contact(call, body.contact_id)
        command = LogInteraction(body.record(), contact)
        answer = await ledger.carry_out(call.caller(), log_interaction, command, created)
    except NotFound:
        raise unknown_contact() from None
    return response_of(answer)


@router.get(
    "/api/contacts/{contact_id}/interactions",
    response_model=TimelineShown,
    responses=errors(404, 422),
    openapi_extra=opening,
    summary="The timeline of a contact, newest first",
)
async def timeline(
    call: Call, contact_id: str, query: Annotated[TimelineQuery, Query()]
) -> Response:
    identity = await records.contact_id(call, contact_id)
    bound_to = scope(call.tenant, "timeline", identity)
    before = lists.place(query.cursor, bound_to)
    question = timeline_page.Question(call.tenant, identity, query.limit, before, call.open_tags)
    page = await call.services.timelines.get(question)
    if page is None:
        raise NotFound("Contact not found", code="contact_not_found")
    return lists.by_cursor(call, page.documents, page.end, bound_to)


@router.get(
    "/api/interactions/{id}",
    response_model=InteractionShown,
    responses=errors(404),
    openapi_extra=opening,
    summary="One interaction",
)
async def get(call: Call, id: str) -> Response:
    identity = await records.interaction_id(call, id)
    opened = call.open_tags
    found = await interaction_list.one(call.services.fetch, call.tenant, identity, opened)
    if found is None:
        raise NotFound("Interaction not found", code="interaction_not_found")
    shown, position = found
    return json_response(shown, headers=(("ETag", entity_tag(position)),))


@router.get(
    "/api/interactions",
    response_model=InteractionsShown,
    responses=errors(422),
    openapi_extra=reading,
    summary="Interactions by filter, newest first",
)
async def find(call: Call, query: Annotated[InteractionQuery, Query()]) -> Response:
    fetch = call.services.fetch
    wanted = await _filter(call, query)
    if query.cursor is None:
        total = await interaction_list.count(fetch, wanted)
        offset = (query.page - 1) * query.page_size
        found = await interaction_list.page(fetch, wanted, query.page_size, offset=offset)
        return lists.by_page(call, found.documents, query.page, query.page_size, total)
    bound_to = scope("interactions", wanted)
    before = lists.place(query.cursor, bound_to)
    found = await interaction_list.page(fetch, wanted, query.page_size, before=before)
    return lists.by_cursor(call, ",".join(found.documents), found.end, bound_to)


@router.put(
    "/api/interactions/{id}",
    response_model=InteractionShown,
    responses=errors(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=revising,
    summary="Correct or complete an interaction",
)
async def update(call: Call, id: str, body: InteractionChanges) -> Response:
    identity = await records.interaction_id(call, id)
    opened = call.open_tags
    contact = await records.same_contact(call, body.contact_id)
    command = AmendInteraction(identity, body.revise, contact, open_tags=opened)

    def shown(entity: Entity[Interaction]) -> Answer:
        tag = ("ETag", entity_tag(entity.position))
        return Answer(200, (tag,), document_for(entity, opened))

    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), amend_interaction, command, shown))


@router.delete(
    "/api/interactions/{id}",
    status_code=204,
    responses=errors(404, 409, 412),
    openapi_extra=writing,
    summary="Delete an interaction; its history stays",
)
async def delete(call: Call, id: str) -> Response:
    command = DeleteInteraction(await records.interaction_id(call, id))
    ledger = call.services.system.ledger
    answer = await ledger.carry_out(
        call.caller(), delete_interaction, command, lambda _: Answer(204)
    )
    return response_of(answer)


def created(entity: Entity[Interaction]) -> Answer:
    location = ("Location", f"/api/interactions/{entity.id}")
    return Answer(201, (location, ("ETag", entity_tag(entity.position))), document(entity))


def unknown_contact() -> Exception:
    detail = "There is no contact with this id."
    return invalid(("body", "contactId"), "contact_not_found", detail)


async def _filter(call: Call, query: InteractionQuery) -> interaction_list.Filter:
    lists.in_order(query.start_date, query.end_date)
    contact = await lists.of_contact(call, query.contact_id)
    kinds = tuple(kind for kind in Kind if NATIVE_WORDS[kind] == query.type)
    until, excluded = lists.until(query.end_date)
    words = tag_words(call.query_params.getlist("tags"))
    return interaction_list.Filter(
        call.tenant,
        # Here `tags` is a filter first: a word opens what it restricts to those who may see it.
        tuple(word for word in words if call.principal.may(f"tag:{word}")),
        contact,
        kinds,
        query.start_date and query.start_date.at,
        until,
        excluded,
        query.search,
        words,
        query.sentiment,
        query.participant,
    )
