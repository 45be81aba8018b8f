"""The interactions of a contact: adding one, and its history page by page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
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
from api.http import records, repeats
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.paging import links
from api.http.pieces import array, elements
from api.http.query import OPENS
from api.http.route import needs
from api.http.router import ContractRouter
from application.entity import Entity
from application.interactions import LogInteraction, log_interaction
from application.ports import Answer
from domain.interaction import Interaction
from projections.timeline import queries as interaction_list
from projections.timeline.document import document

router = ContractRouter(RELATIONSHIPS, "Interactions")
reading, writing = needs("view_contacts") | OPENS, needs("edit_contacts")


def added(_: Call, document: str) -> bytes:
    """An interaction that was added, of its document."""
    known = from_json(document)
    return to_json(interaction_shown(known, known["contactId"]))


@router.on(
    "POST /contacts/{contact_id}/interactions",
    writing,
    ContactInteraction,
    status=201,
    errors=(400, 404, 409, 413, 415, 422),
    also="/api/contacts/{contact_id}/interactions",
    judge=repeats.interaction(added),
)
async def add(call: Call, contact_id: str, body: ContactInteractionRequest) -> Answer:
    """Add an interaction with a contact, as of now"""
    identity = await records.contact_id(call, contact_id)
    base = call.scope.get("root_path", "")

    def created(entity: Entity[Interaction]) -> Content:
        location = f"{base}/contacts/{identity}/interactions/{entity.id}"
        shown = interaction_shown(from_json(document(entity)), identity)
        return record(to_json(shown), entity.position, location)

    command = LogInteraction(body.record(datetime.now(UTC)), identity, now=True)
    return await carry_out(call, log_interaction, command, created)


@router.on(
    "GET /contacts/{contact_id}/interactions",
    reading,
    ContactInteractions,
    errors=(404, 422),
    also="/api/contacts/{contact_id}/interactions",
)
async def history(
    call: Call, contact_id: str, query: Annotated[PageQuery, Query()]
) -> Content | Response:
    """The interactions with a contact, newest first"""
    identity = (await records.contact(call, contact_id)).id
    opened, fetch = call.open_tags, call.fetch
    wanted = interaction_list.Filter(call.tenant, opened, identity)
    total = await interaction_list.count(fetch, wanted)
    page = await interaction_list.page(fetch, wanted, query.limit, offset=query.skip)
    following = {"skip": query.skip + query.limit, "limit": query.limit} if page.more else None

    async def shown(documents: Sequence[str]) -> str:
        return elements([interaction_shown(from_json(text), identity) for text in documents])

    return await array(
        call,
        page,
        shown,
        lambda ids: interaction_list.rest(call.fetch, wanted, ids),
        begin='{"interactions":[',
        end=f'],"total":{total},"skip":{query.skip},"limit":{query.limit}}}',
        headers=links(call, next=following),
    )


@router.on(
    "GET /contacts/{contact_id}/interactions/{interaction_id}",
    reading,
    ContactInteraction,
    errors=(404,),
    also="/api/contacts/{contact_id}/interactions/{interaction_id}",
)
async def get(call: Call, contact_id: str, interaction_id: str) -> Content:
    """One interaction with a contact"""
    contact = (await records.contact(call, contact_id)).id
    _, document, position = await records.interaction(call, interaction_id, contact)
    return record(to_json(interaction_shown(from_json(document), contact)), position)
