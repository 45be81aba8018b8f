"""Rapport tactics of the native contract: the catalogue, and a tenant's changes to it (the rapport
document)."""

from fastapi import APIRouter
from starlette.responses import Response

from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.responses import errors
from api.contracts.tracking.tactic_schemas import (
    NewTactic,
    TacticChanges,
    TacticShown,
    TacticsShown,
    tactic_json,
)
from api.http.answers import entity_tag, json_response, response_of
from api.http.call import Call
from api.http.records import as_uuid
from api.http.route import contract_route, needs
from application.entity import Entity
from application.ports import Answer
from application.tactics import (
    AddTactic,
    ChangeTactic,
    HideTactic,
    add_tactic,
    change_tactic,
    hide_tactic,
)
from domain.errors import NotFound
from domain.tactic import Tactic
from projections.catalogue.tactics import catalogue, named, row_of

router = APIRouter(route_class=contract_route(TRACKING), tags=["Tactics"])
reading, administering = needs("view_contacts"), needs("admin")


@router.get(
    "/api/tactics",
    response_model=TacticsShown,
    responses=errors(),
    openapi_extra=reading,
    summary="The rapport tactics on offer",
)
async def offered(call: Call) -> Response:
    return await _listed(call, hidden=False)


@router.get(
    "/api/tactics/{id}",
    response_model=TacticShown,
    responses=errors(404),
    openapi_extra=reading,
    summary="One tactic, on offer or hidden",
)
async def get(call: Call, id: str) -> Response:
    identity = as_uuid(id)
    found = await named(call.services.fetch, call.tenant, [identity] if identity else [])
    for row in found.values():
        return json_response(tactic_json(row), headers=(("ETag", entity_tag(row.position)),))
    raise _unknown()


@router.get(
    "/api/admin/tactics",
    response_model=TacticsShown,
    responses=errors(),
    openapi_extra=administering,
    summary="All tactics, hidden ones too",
)
async def everything(call: Call) -> Response:
    return await _listed(call, hidden=True)


@router.post(
    "/api/admin/tactics",
    status_code=201,
    response_model=TacticShown,
    responses=errors(400, 409, 413, 415, 422),
    openapi_extra=administering,
    summary="Add a tactic of the tenant's own",
)
async def add(call: Call, body: NewTactic) -> Response:
    def created(entity: Entity[Tactic]) -> Answer:
        answer = shown(entity)
        location = ("Location", f"/api/tactics/{entity.id}")
        return Answer(201, (location, *answer.headers), answer.body)

    ledger = call.services.system.ledger
    command = AddTactic(body.guidance())
    return response_of(await ledger.carry_out(call.caller(), add_tactic, command, created))


@router.patch(
    "/api/admin/tactics/{id}",
    response_model=TacticShown,
    responses=errors(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=administering,
    summary="Put a tactic differently, hide it, or offer it again; built-in ones too",
)
async def change(call: Call, id: str, body: TacticChanges) -> Response:
    identity = as_uuid(id)
    if identity is None:
        raise _unknown()
    hidden = body.hidden if "hidden" in body.model_fields_set else None
    command = ChangeTactic(identity, body.revise, hidden)
    ledger = call.services.system.ledger
    return response_of(await ledger.carry_out(call.caller(), change_tactic, command, shown))


@router.delete(
    "/api/admin/tactics/{id}",
    status_code=204,
    responses=errors(404, 409, 412),
    openapi_extra=administering,
    summary="Hide a tactic; what was recorded with it stays",
)
async def hide(call: Call, id: str) -> Response:
    identity = as_uuid(id)
    if identity is None:
        raise _unknown()
    ledger, command = call.services.system.ledger, HideTactic(identity)
    answer = await ledger.carry_out(call.caller(), hide_tactic, command, lambda _: Answer(204))
    return response_of(answer)


def shown(entity: Entity[Tactic]) -> Answer:
    return Answer(200, (("ETag", entity_tag(entity.position)),), tactic_json(row_of(entity)))


async def _listed(call: Call, *, hidden: bool) -> Response:
    rows = await catalogue(call.services.fetch, call.tenant)
    items = ",".join(tactic_json(row) for row in rows if hidden or not row.hidden)
    return json_response(f'{{"items":[{items}]}}')


def _unknown() -> NotFound:
    return NotFound("Tactic not found", code="tactic_not_found")
