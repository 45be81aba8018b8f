"""Interactions of the native contract (the tracking document)."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from api.contracts.tracking import lists
from api.contracts.tracking.dialect import CHANGING, CREATING, REMOVING, TRACKING
from api.contracts.tracking.interaction_schemas import (
    InteractionChanges,
    InteractionQuery,
    InteractionShown,
    InteractionsShown,
    NewInteraction,
    TimelineQuery,
    TimelineShown,
)
from api.contracts.tracking.participants import NO_SUCH_CONTACT, check_participants
from api.http import records, repeats
from api.http.answers import Content, carry_out, record
from api.http.call import Call, tag_words
from api.http.paging import page_end
from api.http.problem import invalid
from api.http.query import OPENS
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
from domain.kinds import Kind
from projections.paging import scope
from projections.timeline import pages as timeline_page
from projections.timeline import queries as interaction_list
from projections.timeline.document import document, document_for
from projections.timeline.shape import NATIVE_WORDS

router = ContractRouter(TRACKING, "Interactions")
reading, writing = needs("view_contacts"), needs("edit_contacts")
opening, revising = reading | OPENS, writing | OPENS
QUERIES = lists.Queries(interaction_list.count, interaction_list.page, interaction_list.rest)


@router.on(
    "POST /api/interactions",
    writing,
    InteractionShown,
    status=201,
    errors=(404, *CREATING),
    judge=repeats.interaction(lambda _, document: document),
)
async def log(call: Call, body: NewInteraction) -> Answer:
    """Log an interaction with a contact"""
    if body.participants:
        await check_participants(call, body)
    try:
        contact = await records.named_contact(call, body.contact_id)
        return await carry_out(
            call, log_interaction, LogInteraction(body.record(), contact), created
        )
    except NotFound:
        raise unknown_contact() from None


@router.on("GET /api/contacts/{contact_id}/interactions", opening, TimelineShown, errors=(404, 422))
async def timeline(
    call: Call, contact_id: str, query: Annotated[TimelineQuery, Query()]
) -> Content:
    """The timeline of a contact, newest first"""
    identity = await records.contact_id(call, contact_id)
    bound_to = scope(call.tenant, "timeline", identity)
    before = page_end(query.cursor, bound_to)
    read = timeline_page.TimelineRead(call.tenant, identity, query.limit, before, call.open_tags)
    page = present(await call.services.timeline(read), "Contact")
    return lists.by_cursor(call, page.documents, page.end, bound_to)


@router.on("GET /api/interactions/{id}", opening, InteractionShown, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """One interaction"""
    _, shown, position = await records.interaction(call, id)
    return record(shown, position)


@router.on("GET /api/interactions", reading, InteractionsShown, errors=(422,))
async def find(call: Call, query: Annotated[InteractionQuery, Query()]) -> Content | Response:
    """Interactions by filter, newest first"""
    wanted = await _filter(call, query)
    by_text = bool(wanted.search or wanted.participant)
    return await lists.find(call, query, wanted, "interactions", QUERIES, by_text=by_text)


@router.on("PUT /api/interactions/{id}", revising, InteractionShown, errors=CHANGING)
async def update(call: Call, id: str, body: InteractionChanges) -> Answer:
    """Correct or complete an interaction"""
    identity = await records.interaction_id(call, id)
    if body.participants:
        await check_participants(call, body, identity)
    opened = call.open_tags
    contact = await records.same_contact(call, body.contact_id)
    command = AmendInteraction(identity, body.fields(), contact, open_tags=opened)

    def shown(entity: Entity[Interaction]) -> Content:
        return record(document_for(entity, opened), entity.position)

    return await carry_out(call, amend_interaction, command, shown)


@router.on("DELETE /api/interactions/{id}", writing, status=204, errors=REMOVING)
async def delete(call: Call, id: str) -> Answer:
    """Delete an interaction; its history stays"""
    command = DeleteInteraction(await records.interaction_id(call, id))
    return await carry_out(call, delete_interaction, command)


def created(entity: Entity[Interaction]) -> Content:
    return record(document(entity), entity.position, f"/api/interactions/{entity.id}")


def unknown_contact() -> Exception:
    return invalid(("body", "contactId"), "contact_not_found", NO_SUCH_CONTACT)


async def _filter(call: Call, query: InteractionQuery) -> interaction_list.Filter:
    period = lists.period(query.start_date, query.end_date)
    contact = await lists.of_contact(call, query.contact_id)
    kinds = tuple(kind for kind in Kind if NATIVE_WORDS[kind] == query.type)
    words = tag_words(call.query_params.getlist("tags"))
    return interaction_list.Filter(
        call.tenant,
        # Here `tags` is a filter first: a word opens what it restricts to those who may see it.
        tuple(word for word in words if call.principal.may(f"tag:{word}")),
        contact,
        kinds,
        *period,
        query.search,
        words,
        query.sentiment,
        query.participant,
    )
