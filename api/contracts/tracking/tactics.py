"""Rapport tactics of the native contract: the catalogue, and a tenant's changes to it (the rapport
document)."""

from uuid import UUID

from api.contracts.tracking import lists
from api.contracts.tracking.dialect import CHANGING, CREATING, REMOVING, TRACKING
from api.contracts.tracking.tactic_schemas import (
    NewTactic,
    TacticChanges,
    TacticShown,
    TacticsShown,
)
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.records import as_uuid, present
from api.http.route import needs
from api.http.router import ContractRouter
from application.catalogue import AddTactic, ChangeTactic, add_tactic, change_tactic
from application.entity import Entity
from application.ports import Answer
from domain.tactic import Guidance, Tactic
from projections.catalogue.tactics import catalogue, named, row_of, size_of_others

router = ContractRouter(TRACKING, "Tactics")
reading, administering = needs("view_contacts"), needs("admin")


@router.on("GET /api/tactics", reading, TacticsShown)
async def offered(call: Call) -> Content:
    """The rapport tactics on offer"""
    return await _listed(call, hidden=False)


@router.on("GET /api/tactics/{id}", reading, TacticShown, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """One tactic, on offer or hidden"""
    identity = _identity(id)
    found = await named(call.fetch, call.tenant, [identity])
    row = present(found.get(identity), "Tactic")
    return record(TacticShown.json_of(row), row.position)


@router.on("GET /api/admin/tactics", administering, TacticsShown)
async def everything(call: Call) -> Content:
    """All tactics, hidden ones too"""
    return await _listed(call, hidden=True)


@router.on("POST /api/admin/tactics", administering, TacticShown, status=201, errors=CREATING)
async def add(call: Call, body: NewTactic) -> Answer:
    """Add a tactic of the tenant's own"""
    others = await size_of_others(call.fetch, call.tenant)
    command = AddTactic(Guidance(**body.fields_of(Guidance)), others)
    return await carry_out(call, add_tactic, command, created)


@router.on("PATCH /api/admin/tactics/{id}", administering, TacticShown, errors=CHANGING)
async def change(call: Call, id: str, body: TacticChanges) -> Answer:
    """Put a tactic differently, hide it, or offer it again; built-in ones too"""
    identity = _identity(id)
    hidden = body.hidden if "hidden" in body.model_fields_set else None
    others = await size_of_others(call.fetch, call.tenant, identity)
    command = ChangeTactic(identity, body.fields_of(Guidance), hidden, others)
    return await carry_out(call, change_tactic, command, shown)


@router.on("DELETE /api/admin/tactics/{id}", administering, status=204, errors=REMOVING)
async def hide(call: Call, id: str) -> Answer:
    """Hide a tactic; what was recorded with it stays"""
    return await carry_out(call, change_tactic, ChangeTactic(_identity(id), hidden=True))


def created(entity: Entity[Tactic]) -> Content:
    return record(TacticShown.json_of(row_of(entity)), entity.position, f"/api/tactics/{entity.id}")


def shown(entity: Entity[Tactic]) -> Content:
    return record(TacticShown.json_of(row_of(entity)), entity.position)


async def _listed(call: Call, *, hidden: bool) -> Content:
    rows = await catalogue(call.fetch, call.tenant)
    listed = (row for row in rows if hidden or not row.hidden)
    return await lists.complete(map(TacticShown.json_of, listed))


def _identity(id: str) -> UUID:
    """The id that a path names. Raises NotFound."""
    return present(as_uuid(id), "Tactic")
