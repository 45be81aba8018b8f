"""The services a client can receive, and what is asked about each (the clients document)."""

from typing import Any, Literal

from pydantic_core import to_json

from api.contracts.clients.dialect import CLIENTS
from api.contracts.clients.types import TAGS
from api.http.answers import Content
from api.http.call import Call
from api.http.models import Shown
from api.http.route import needs
from api.http.router import ContractRouter
from domain.service import Offer, Question
from projections.catalogue.services import offers

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
    known = await offers(call.services.fetch, call.tenant)
    services = [_service(number, offer) for number, offer in known.items()]
    return Content(to_json({"services": services}))


def _service(number: int, offer: Offer) -> dict[str, Any]:
    return {
        "id": number,
        "serviceName": offer.name,
        "serviceDescription": offer.description,
        "programId": offer.program.id,
        "programName": offer.program.name,
        "isActive": offer.active,
        "customQuestions": [_question(question) for question in offer.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": question.id, "type": question.type, "label": question.label}
    return shown | ({"options": question.options} if question.options else {})
