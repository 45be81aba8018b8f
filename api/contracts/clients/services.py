"""The services a client can receive, and what is asked about each (the clients document)."""

from typing import Literal

from pydantic_core import to_json

from api.contracts.clients.dialect import CLIENTS
from api.contracts.clients.types import TAGS
from api.http.answers import Content
from api.http.call import Call
from api.http.models import Shown
from api.http.route import needs
from api.http.router import ContractRouter
from projections.catalogue.services import document_of, services

router = ContractRouter(CLIENTS, "Services")


class QuestionShown(Shown):
    """`options` are those of a select."""

    id: int
    type: Literal["text", "number", "boolean", "select", "date"]
    label: str
    options: list[str] | None = None


class ServiceShown(Shown):
    id: int
    serviceName: str
    serviceDescription: str | None
    programId: int
    programName: str
    isActive: bool
    customQuestions: list[QuestionShown]


class ServicesShown(Shown):
    services: list[ServiceShown]


@router.on("GET /api/services", needs("view_contacts") | TAGS, ServicesShown)
async def listed(call: Call) -> Content:
    """The services there are"""
    known = await services(call.fetch, call.tenant)
    shown = [document_of(row) for row in known.values() if not row.hidden]
    return Content(to_json({"services": shown}))
