"""Logging a complete interaction, step 2 of the documented flow, and reading it again."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
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
from api.http import records, repeats
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.paging import links
from api.http.pieces import array, elements
from api.http.problem import invalid
from api.http.query import OPENS
from api.http.records import present
from api.http.route import needs
from api.http.router import ContractRouter
from application.entity import Entity
from application.interactions import LogInteraction, log_own_interaction
from application.ports import Answer
from domain.errors import NotFound
from domain.interaction import Interaction
from projections.catalogue.tactics import named
from projections.timeline import entries as contact_interactions
from projections.timeline import queries as interaction_list
from projections.timeline.document import document

router = ContractRouter(RAPPORT, "Interactions")
reading, writing = needs("view_contacts") | OPENS, needs("edit_contacts")


def logged(_: Call, document: str) -> bytes:
    """An interaction that was logged, of its document."""
    known = from_json(document)
    return to_json(interaction_read(known, known["contactId"]))


@router.on(
    "POST /api/v1/interactions/",
    writing,
    InteractionRead,
    status=201,
    errors=(400, 404, 409, 413, 415, 422),
    also="/api/v1/interactions",
    judge=repeats.interaction(logged),
)
async def log(call: Call, body: CompleteInteraction) -> Answer:
    """Log an interaction and the tactics used in it, atomically"""
    twice = body.twice()
    if twice is not None:
        where = ("body", "tactic_logs", twice, "tactic_id")
        raise invalid(where, "duplicate_tactic", "This tactic is logged already; one log each.")
    contact = body.interaction.contact_id
    base = call.scope.get("root_path", "")

    def created(entity: Entity[Interaction]) -> Content:
        location = f"{base}/api/v1/interactions/{entity.id}"
        shown = interaction_read(from_json(document(entity)), contact)
        return record(to_json(shown), entity.position, location)

    command = LogInteraction(body.record(), contact)
    return await carry_out(call, log_own_interaction, command, created)


@router.on("GET /api/v1/interactions/{id}", reading, InteractionReadWithTactics, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """One interaction with a contact of one's own, and the tactics used"""
    identity = await records.interaction_id(call, id)
    fetch, user = call.fetch, call.principal.user
    found = present(
        await contact_interactions.of_owner(fetch, call.tenant, identity, user, call.open_tags),
        "Interaction",
    )
    (shown,) = await _with_tactics(call, [from_json(found.document)], found.contact_id)
    return record(to_json(shown), found.position)


@router.on(
    "GET /api/v1/contacts/{contact_id}/interactions",
    reading,
    list[InteractionReadWithTactics],
    errors=(404, 422),
)
async def of_contact(
    call: Call, contact_id: str, query: Annotated[PageQuery, Query()]
) -> Content | Response:
    """The interactions with a contact of one's own, newest first"""
    contact = await records.contact(call, contact_id)
    opened, fetch = call.open_tags, call.fetch
    if contact.owner_id != call.principal.user:
        raise NotFound("Contact not found", code="contact_not_found")
    wanted = interaction_list.Filter(call.tenant, opened, contact.id)
    page = await interaction_list.page(fetch, wanted, query.limit, offset=query.skip)
    end = query.skip + query.limit
    following = {"skip": end, "limit": query.limit} if page.more else None

    async def shown(documents: Sequence[str]) -> str:
        read = [from_json(text) for text in documents]
        return elements(await _with_tactics(call, read, contact.id))

    return await array(
        call,
        page,
        shown,
        lambda ids: interaction_list.rest(call.fetch, wanted, ids),
        headers=links(call, next=following),
    )


async def _with_tactics(
    call: Call, documents: list[dict[str, Any]], contact_id: UUID
) -> list[dict[str, Any]]:
    ids = list({identity for each in documents for identity in tactic_ids(each)})
    known = await named(call.fetch, call.tenant, ids)
    return [
        interaction_read(each, contact_id) | {"tactic_logs": tactic_logs(each, known)}
        for each in documents
    ]
