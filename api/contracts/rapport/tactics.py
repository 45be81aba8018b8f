"""The tactics on offer: step 1 of the documented flow."""

from fastapi import APIRouter
from pydantic_core import to_json
from starlette.responses import Response

from api.contracts.rapport.dialect import RAPPORT
from api.contracts.rapport.schemas import RapportTactic
from api.http.answers import json_response
from api.http.call import Call
from api.http.detail_form import errors
from api.http.route import contract_route, needs
from projections.catalogue.tactics import TacticRow, catalogue

router = APIRouter(route_class=contract_route(RAPPORT), tags=["Tactics"])


@router.get(
    "/api/v1/rapport/tactics/", openapi_extra=needs("view_contacts"), include_in_schema=False
)
@router.get(
    "/api/v1/rapport/tactics",
    response_model=list[RapportTactic],
    responses=errors(),
    openapi_extra=needs("view_contacts"),
    summary="The science-validated tactics on offer",
)
async def offered(call: Call) -> Response:
    rows = await catalogue(call.services.fetch, call.tenant)
    return json_response(to_json([_shown(row) for row in rows if not row.hidden]))


def _shown(row: TacticRow) -> dict[str, object]:
    """The description ends with the evidence, for which this contract has no key of its own."""
    return {
        "name": row.name,
        "description": f"{row.description} {row.evidence}" if row.evidence else row.description,
        "domain": row.domain,
        "id": row.id,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
