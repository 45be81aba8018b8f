"""The log of a client's interactions: each event, by whom and when (the clients document)."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from pydantic_core import from_json, to_json

from api.contracts.clients.dialect import CLIENTS
from api.contracts.clients.shown import PersonShown, person
from api.contracts.clients.types import LARGEST, TAGS, PageQuery
from api.http import records
from api.http.answers import Content
from api.http.call import Call
from api.http.models import Shown
from api.http.paging import links
from api.http.route import needs
from api.http.router import ContractRouter
from projections.interaction_log import model as interaction_log
from projections.interaction_log.model import INTERACTION_LOG, LogEntry

router = ContractRouter(CLIENTS, "Client log")


class LogQuery(PageQuery):
    """`cursor` comes from the Link header of the page before."""

    cursor: Annotated[int, Field(ge=1, le=LARGEST)] | None = None  # type: ignore[assignment]


class EntryShown(Shown):
    id: int
    event: Literal[
        "clientInteractionCreated", "clientInteractionUpdated", "clientInteractionDeleted"
    ]
    interactionId: int
    createdBy: PersonShown


class LogsShown(Shown):
    """Newest first."""

    logs: list[EntryShown]


@router.on(
    "GET /api/clients/{client_id}/logs",
    needs("view_contacts") | TAGS,
    LogsShown,
    errors=(404,),
    summary="What was done to a client's interactions, newest first",
)
async def logs(call: Call, client_id: str, query: Annotated[LogQuery, Query()]) -> Content:
    whose = await records.contact(call, client_id)
    await call.services.caught_up((INTERACTION_LOG.name,), call.tenant)
    entries, end = await interaction_log.page(
        call.fetch, call.tenant, whose.id, query.limit, query.cursor
    )
    body = to_json({"logs": [_shown(entry) for entry in entries]})
    return Content(body, links(call, next={"cursor": end} if end else None))


def _shown(entry: LogEntry) -> dict[str, Any]:
    return {
        "id": entry.position,
        "event": f"clientInteraction{entry.done.capitalize()}",
        "interactionId": entry.number,
        "createdBy": person(from_json(entry.actor), entry.at),
    }
