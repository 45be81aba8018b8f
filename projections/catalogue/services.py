"""The services that a tenant offers: the built-in ones that it hasn't hidden, and its own.

Rows are its own services, and built-in ones that it has hidden.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from application.entity import Entity
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.service import Offer, Question, Service, built_in_id
from projections.paging import Fetch
from projections.read_model import Put, ReadModel, Step


def project(step: Step) -> Iterator[Put]:
    entity = step.after
    state: Service = entity.state
    row = {
        "tenant": step.tenant,
        "id": entity.id,
        "number": state.number,
        "offer": None if state.offer is None else state.offer.model_dump_json(),
        "hidden": state.hidden,
        "position": entity.position,
    }
    yield Put((step.tenant, entity.id), (row,), fresh=step.before is None)


SERVICES = ReadModel(
    name="services",
    kinds=frozenset({Service.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "id": "uuid NOT NULL",
        "number": "bigint NOT NULL",
        "offer": "text",
        "hidden": "boolean NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("tenant", "id"),
    project=project,
    indexes=("UNIQUE (tenant, number)",),
)


class Listed(NamedTuple):
    """A service of a tenant; `position` is 0 for a built-in one without events."""

    number: int
    id: UUID
    offer: Offer
    hidden: bool = False
    position: int = 0

    @property
    def built_in(self) -> bool:
        return self.number in BUILT_IN_SERVICES


def document_of(number: int, offer: Offer) -> dict[str, Any]:
    """The ledger's own document of a service."""
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


UNTOUCHED = {
    number: Listed(number, built_in_id(number), offer)
    for number, offer in BUILT_IN_SERVICES.items()
}


def listed_of(entity: Entity[Service]) -> Listed:
    """The service of an entity."""
    state = entity.state
    offer = state.offer or BUILT_IN_SERVICES[state.number]
    return Listed(state.number, entity.id, offer, state.hidden, entity.position)


COLUMNS = "number, id, offer, hidden, position"


def listed_row(
    number: int, identity: UUID, offer: str | None, hidden: bool, position: int
) -> Listed:
    """The service of a row of COLUMNS."""
    known = UNTOUCHED.get(number)
    what = Offer.model_validate_json(offer or "") if known is None else known.offer
    return Listed(number, identity, what, hidden, position)


async def services(fetch: Fetch, tenant: str) -> dict[int, Listed]:
    """The services of a tenant by number and in that order, with hidden ones."""
    rows = await fetch(
        f"SELECT {COLUMNS} FROM services WHERE tenant = %s ORDER BY number", (tenant,)
    )
    return UNTOUCHED | {listed.number: listed for listed in (listed_row(*row) for row in rows)}


async def offers(fetch: Fetch, tenant: str) -> dict[int, Offer]:
    """The services that a tenant's records may name: all that aren't hidden."""
    found = await services(fetch, tenant)
    return {number: listed.offer for number, listed in found.items() if not listed.hidden}
