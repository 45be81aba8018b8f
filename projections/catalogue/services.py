"""The services that a tenant offers: the built-in ones that it hasn't hidden, and its own.

Rows are its own services, and built-in ones that it has hidden.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from application.catalogue import ENTRY_BYTES, untouched
from application.entity import Entity
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.service import Offer, Question, Service, built_in_id
from projections.aggregate_rows import aggregate_rows
from projections.paging import Fetch


class ServiceRow(NamedTuple):
    """A service of a tenant. `offer` is JSON, None for a built-in one; `position` is 0 for a
    built-in one without events."""

    id: UUID
    number: int
    offer: str | None
    hidden: bool
    position: int

    @property
    def built_in(self) -> bool:
        return self.number in BUILT_IN_SERVICES

    @property
    def offered(self) -> Offer:
        if self.offer is None:
            return BUILT_IN_SERVICES[self.number]
        return Offer.model_validate_json(self.offer)


def row_of(entity: Entity[Service]) -> ServiceRow:
    """The service of an entity."""
    state = entity.state
    offer = None if state.offer is None else state.offer.model_dump_json()
    return ServiceRow(entity.id, state.number, offer, state.hidden, entity.position)


UNTOUCHED = {
    number: row_of(untouched("", Service.kind, built_in_id(number))) for number in BUILT_IN_SERVICES
}


SERVICES = aggregate_rows("services", Service.kind, ServiceRow, row_of, "UNIQUE (tenant, number)")

COLUMNS = ", ".join(ServiceRow._fields)


def document_of(row: ServiceRow) -> dict[str, Any]:
    """The ledger's own document of a service."""
    offer = row.offered
    return {
        "id": row.number,
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


async def services(fetch: Fetch, tenant: str) -> dict[int, ServiceRow]:
    """The services of a tenant by number and in that order, with hidden ones."""
    rows = await fetch(
        f"SELECT {COLUMNS} FROM services WHERE tenant = %s ORDER BY number", (tenant,)
    )
    return UNTOUCHED | {row.number: row for row in map(ServiceRow._make, rows)}


def size_of_others(known: Mapping[int, ServiceRow], number: int | None = None) -> int:
    """The bytes of these services, but for one."""
    rows = (row for row in known.values() if row.offer is not None and row.number != number)
    return sum(ENTRY_BYTES + len((row.offer or "").encode()) for row in rows)


async def offers(fetch: Fetch, tenant: str) -> dict[int, Offer]:
    """The services that a tenant's records may name: all that aren't hidden."""
    found = await services(fetch, tenant)
    return {number: row.offered for number, row in found.items() if not row.hidden}
