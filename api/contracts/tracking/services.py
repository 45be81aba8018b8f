"""Services of the native contract: a tenant's own, and which it shows (the clients document)."""

from api.contracts.tracking import lists
from api.contracts.tracking.dialect import CHANGING, CREATING, REMOVING, TRACKING
from api.contracts.tracking.service_schemas import (
    NewService,
    ServiceChanges,
    ServiceShown,
    ServicesShown,
    service_json,
)
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.records import as_number, present
from api.http.route import needs
from api.http.router import ContractRouter
from application.catalogue import AddService, ChangeService, add_service, change_service
from application.entity import Entity
from application.ports import Answer
from domain.service import Service
from projections.catalogue.services import ServiceRow, row_of, services, size_of_others

router = ContractRouter(TRACKING, "Services")
administering = needs("admin")


@router.on("GET /api/admin/services", administering, ServicesShown)
async def everything(call: Call) -> Content:
    """All services, hidden ones too"""
    known = await services(call.fetch, call.tenant)
    return await lists.complete(map(service_json, known.values()))


@router.on("GET /api/admin/services/{id}", administering, ServiceShown, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """One service"""
    known = await services(call.fetch, call.tenant)
    row = _named(known, id)
    return record(service_json(row), row.position)


@router.on("POST /api/admin/services", administering, ServiceShown, status=201, errors=CREATING)
async def add(call: Call, body: NewService) -> Answer:
    """Add a service of the tenant's own"""
    known = await services(call.fetch, call.tenant)
    command = AddService(body.offer(body.program(known.values())), size_of_others(known))
    return await carry_out(call, add_service, command, created)


@router.on("PATCH /api/admin/services/{id}", administering, ServiceShown, errors=CHANGING)
async def change(call: Call, id: str, body: ServiceChanges) -> Answer:
    """Change a service of the tenant's own; hide any service, or show it again"""
    known = await services(call.fetch, call.tenant)
    row = _named(known, id)
    fields = body.fields(body.program(known.values())) if body.is_about_the_offer else None
    hidden = body.hidden if "hidden" in body.model_fields_set else None
    command = ChangeService(row.id, fields, hidden, size_of_others(known, row.number))
    return await carry_out(call, change_service, command, shown)


@router.on("DELETE /api/admin/services/{id}", administering, status=204, errors=REMOVING)
async def hide(call: Call, id: str) -> Answer:
    """Hide a service; records that name it keep it"""
    row = _named(await services(call.fetch, call.tenant), id)
    return await carry_out(call, change_service, ChangeService(row.id, hidden=True))


def created(entity: Entity[Service]) -> Content:
    location = f"/api/admin/services/{entity.state.number}"
    return record(service_json(row_of(entity)), entity.position, location)


def shown(entity: Entity[Service]) -> Content:
    return record(service_json(row_of(entity)), entity.position)


def _named(known: dict[int, ServiceRow], id: str) -> ServiceRow:
    return present(known.get(as_number(id) or 0), "Service")
