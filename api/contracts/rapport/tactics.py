"""The tactics on offer: step 1 of the documented flow."""

from pydantic_core import to_json

from api.contracts.rapport.dialect import RAPPORT
from api.contracts.rapport.schemas import RapportTactic
from api.http.answers import Content
from api.http.call import Call
from api.http.route import needs
from api.http.router import ContractRouter
from projections.catalogue.tactics import TacticRow, catalogue

router = ContractRouter(RAPPORT, "Tactics")


@router.on(
    "GET /api/v1/rapport/tactics",
    needs("view_contacts"),
    list[RapportTactic],
    also="/api/v1/rapport/tactics/",
)
async def offered(call: Call) -> Content:
    """The science-validated tactics on offer"""
    rows = await catalogue(call.fetch, call.tenant)
    return Content(to_json([_shown(row) for row in rows if not row.hidden]))


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
