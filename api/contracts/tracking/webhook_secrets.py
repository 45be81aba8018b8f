"""The secrets of webhooks in the native contract: made anew, and shown this once."""

from datetime import timedelta

from fastapi import APIRouter
from pydantic_core import to_json
from starlette.responses import Response

from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.responses import errors
from api.contracts.tracking.webhook_schemas import Rotation, SecretShown
from api.contracts.tracking.webhooks import administering, id_for, tag_at, webhook_row
from api.http.call import Call
from api.http.route import contract_route
from api.http.withheld import complete_response
from application.entity import Entity
from application.ports import Answer
from application.webhooks import RotateSecret, rotate_secret
from application.work import Work
from domain.streams import StreamName
from domain.webhook import Webhook
from infrastructure.webhooks import confidential
from infrastructure.webhooks.signing import new_secret

router = APIRouter(route_class=contract_route(TRACKING), tags=["Webhooks"])


@router.post(
    "/api/webhooks/{id}/secret",
    response_model=SecretShown,
    responses=errors(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=administering,
    summary="Make a new secret; the one before signs beside it for a while",
)
async def rotate(call: Call, id: str, body: Rotation | None = None) -> Response:
    row, caller = await webhook_row(call, id), call.caller()
    secret = id_for(caller, "secret")

    async def keeping(work: Work, command: RotateSecret) -> StreamName:
        changed = await rotate_secret(work, command)
        await confidential.keep(call.services.fetch, secret, call.tenant, row.id, new_secret())
        return changed

    def rotated(entity: Entity[Webhook]) -> Answer:
        shown = {"secret": None, "formerUntil": entity.state.former[0].until}
        withheld = (("secret", entity.state.secret),)
        return Answer(200, (tag_at(entity.position),), to_json(shown).decode(), withheld)

    overlap = timedelta(seconds=(body or Rotation()).overlap_seconds)
    command = RotateSecret(row.id, secret, overlap)
    ledger = call.services.system.ledger
    return await complete_response(call, await ledger.carry_out(caller, keeping, command, rotated))
