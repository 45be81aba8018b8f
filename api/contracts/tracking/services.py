"""Services of the native contract: a tenant's own, and which it shows (the clients document)."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.responses import errors
from api.contracts.tracking.service_schemas import (
    NewService,
    ServiceChanges,
    ServiceShown,
    ServicesShown,
    service_json,
)
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call
from api.http.records import as_number
from api.http.route import contract_route, needs
from application.entity import Entity
from application.ports import Answer
from application.services import AddService, ChangeService, add_service, change_service
from domain.errors import NotFound
from domain.service import Service
from projections.catalogue.services import Listed, listed_of, services

router = APIRouter(route_class=contract_route(TRACKING), tags=["Services"])
administering = needs("admin")


@router.get(
    "/api/admin/services",
    response_model=ServicesShown,
    responses=errors(),
    openapi_extra=administering,
    summary="All services, hidden ones too",
)
async def everything(call: Call) -> Response:
    known = await services(call.services.fetch, call.tenant)
    return json_response(f'{{"items":[{",".join(map(service_json, known.values()))}]}}')


@router.get(
    "/api/admin/services/{id}",
    response_model=ServiceShown,
    responses=errors(404),
    openapi_extra=administering,
    summary="One service",
)
async def get(call: Call, id: str) -> Response:
    known = await services(call.services.fetch, call.tenant)
    listed = _named(known, id)
    return json_response(service_json(listed), headers=(("ETag", entity_tag(listed.position)),))


@router.post(
    "/api/admin/services",
    status_code=201,
    response_model=ServiceShown,
    responses=errors(400, 409, 413, 415, 422),
    openapi_extra=administering,
    summary="Add a service of the tenant's own",
)
async def add(call: Call, body: NewService) -> Response:
    known = await services(call.services.fetch, call.tenant)
    command = AddService(body.offer(body.program(known.values())))
    return response_of(
        await call.services.system.ledger.carry_out(call.caller(), add_service, command, created)
    )


@router.patch(
    "/api/admin/services/{id}",
    response_model=ServiceShown,
    responses=errors(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=administering,
    summary="Change a service of the tenant's own; hide any service, or show it again",
)
async def change(call: Call, id: str, body: ServiceChanges) -> Response:
    known = await services(call.services.fetch, call.tenant)
    listed = _named(known, id)
    program = body.program(known.values())
    command = ChangeService(
        listed.id,
        (lambda offer: body.revise(offer, program)) if body.is_about_the_offer else None,
        body.hidden if "hidden" in body.model_fields_set else None,
    )
    return await _carry_out(call, command, shown)


@router.delete(
    "/api/admin/services/{id}",
    status_code=204,
    responses=errors(404, 409, 412),
    openapi_extra=administering,
    summary="Hide a service; records that name it keep it",
)
async def hide(call: Call, id: str) -> Response:
    listed = _named(await services(call.services.fetch, call.tenant), id)
    return await _carry_out(call, ChangeService(listed.id, hidden=True), lambda _: Answer(204))


def created(entity: Entity[Service]) -> Answer:
    answer = shown(entity)
    location = ("Location", f"/api/admin/services/{entity.state.number}")
    return Answer(201, (location, *answer.headers), answer.body)


def shown(entity: Entity[Service]) -> Answer:
    listed = listed_of(entity)
    return Answer(200, (("ETag", entity_tag(listed.position)),), service_json(listed))


async def _carry_out(
    call: Call, command: ChangeService, respond: Callable[[Entity[Service]], Answer]
) -> Response:
    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), change_service, command, respond))


def _named(known: dict[int, Listed], id: str) -> Listed:
    listed = known.get(as_number(id) or 0)
    if listed is None:
        raise NotFound("Service not found", code="service_not_found")
    return listed
