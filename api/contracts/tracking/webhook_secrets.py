"""The secrets of webhooks in the native contract: made anew, and shown this once."""

from datetime import timedelta

from pydantic_core import to_json

from api.contracts.tracking.dialect import CHANGING, TRACKING
from api.contracts.tracking.webhook_schemas import Rotation, SecretShown
from api.contracts.tracking.webhooks import administering, id_for, webhook_row
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.router import ContractRouter
from application.entity import Entity
from application.ports import Answer
from application.webhooks import RotateSecret, rotate_secret
from application.work import Work
from domain.streams import StreamName
from domain.webhook import Webhook
from infrastructure.webhooks import confidential
from infrastructure.webhooks.signing import new_secret

router = ContractRouter(TRACKING, "Webhooks")


@router.on(
    "POST /api/webhooks/{id}/secret",
    administering,
    SecretShown,
    errors=CHANGING,
    summary="Make a new secret; the one before signs beside it for a while",
)
async def rotate(call: Call, id: str, body: Rotation | None = None) -> Answer:
    row, caller = await webhook_row(call, id), call.caller()
    secret = id_for(caller, "secret")

    async def keeping(work: Work, command: RotateSecret) -> StreamName:
        changed = await rotate_secret(work, command)
        await confidential.keep(call.services.fetch, secret, call.tenant, row.id, new_secret())
        return changed

    def rotated(entity: Entity[Webhook]) -> Content:
        shown = {"secret": None, "formerUntil": entity.state.former[0].until}
        content = record(to_json(shown), entity.position)
        return content._replace(withheld=(("secret", entity.state.secret),))

    overlap = timedelta(seconds=(body or Rotation()).overlap_seconds)
    command = RotateSecret(row.id, secret, overlap)
    return await carry_out(call, keeping, command, rotated)
