"""Webhooks in the native contract: endpoints to which a tenant's events are sent."""

from datetime import timedelta
from typing import Any

from pydantic_core import to_json

from api.contracts.tracking.dialect import CHANGING, CREATING, REMOVING, TRACKING
from api.contracts.tracking.webhook_schemas import (
    NewWebhook,
    Rotation,
    SecretShown,
    WebhookChanges,
    WebhookCreated,
    WebhookShown,
    WebhooksShown,
    webhook_shown,
)
from api.http.answers import Content, answering, caller_of, no_content, record
from api.http.call import Call
from api.http.problem import invalid
from api.http.records import as_uuid, present
from api.http.route import needs
from api.http.router import ContractRouter
from application.administering_webhooks import Address
from application.entity import Entity
from application.ports import Answer
from application.webhooks import ChangeWebhook
from domain.webhook import Subscription, Webhook
from infrastructure.outside.addresses import NotAllowed, endpoint
from infrastructure.webhooks.delivery_log import failing_since
from projections.webhooks.model import WebhookRow, all_of, one, row_of

router = ContractRouter(TRACKING, "Webhooks")
administering = needs("admin")


@router.on("POST /api/webhooks", administering, WebhookCreated, status=201, errors=CREATING)
async def add(call: Call, body: NewWebhook) -> Answer:
    """Have events sent to an endpoint, from now on"""
    return await call.services.webhooks.add(
        caller_of(call),
        _allowed(call, body.url),
        tuple(body.types),
        body.description,
        answering(call, created),
    )


@router.on("GET /api/webhooks", administering, WebhooksShown)
async def every(call: Call) -> Content:
    """The tenant's webhooks, without their secrets"""
    rows = await all_of(call.fetch, call.tenant)
    return Content(to_json({"items": await _shown(call, rows)}))


@router.on("GET /api/webhooks/{id}", administering, WebhookShown, errors=(404,))
async def get(call: Call, id: str) -> Content:
    """A webhook, without its secret"""
    row = await webhook_row(call, id)
    (shown,) = await _shown(call, [row])
    return record(to_json(shown), row.position)


@router.on("PATCH /api/webhooks/{id}", administering, WebhookShown, errors=CHANGING)
async def change(call: Call, id: str, body: WebhookChanges) -> Content:
    """Change where to or what for, disable it, or enable it from now on"""
    row = await webhook_row(call, id)
    given = body.model_fields_set
    address = _allowed(call, body.url) if "url" in given else None
    enabled = body.enabled if "enabled" in given else None
    command = ChangeWebhook(row.id, body.fields_of(Subscription), enabled)
    await call.services.webhooks.change(caller_of(call), command, row.address, address)
    return await get(call, id)


@router.on("DELETE /api/webhooks/{id}", administering, status=204, errors=REMOVING)
async def remove(call: Call, id: str) -> Answer:
    """End a webhook; what waits to be sent is given up"""
    row = await webhook_row(call, id)
    respond = answering(call, no_content)
    return await call.services.webhooks.remove(caller_of(call), row.id, respond)


@router.on("POST /api/webhooks/{id}/secret", administering, SecretShown, errors=CHANGING)
async def rotate(call: Call, id: str, body: Rotation | None = None) -> Answer:
    """Make a new secret; the one before signs beside it for a while"""
    row = await webhook_row(call, id)
    overlap = timedelta(seconds=(body or Rotation()).overlap_seconds)
    respond = answering(call, rotated)
    return await call.services.webhooks.rotate_secret(caller_of(call), row.id, overlap, respond)


def created(entity: Entity[Webhook]) -> Content:
    row = row_of(entity)
    shown = webhook_shown(row, row.origin) | {"secret": None}
    content = record(to_json(shown), entity.position, f"/api/webhooks/{entity.id}")
    return content._replace(withheld=(("url", row.address), ("secret", row.secret)))


def rotated(entity: Entity[Webhook]) -> Content:
    shown = {"secret": None, "formerUntil": entity.state.former[0].until}
    content = record(to_json(shown), entity.position)
    return content._replace(withheld=(("secret", entity.state.secret),))


async def webhook_row(call: Call, id: str) -> WebhookRow:
    """The webhook that a path names. Raises NotFound."""
    identity = present(as_uuid(id), "Webhook")
    return present(await one(call.fetch, call.tenant, identity), "Webhook")


def _allowed(call: Call, url: str) -> Address:
    """The address that a body names. Raises a 422 for one that webhooks may not have."""
    try:
        where = endpoint(url, allow_private=call.services.settings.webhooks_allow_private)
    except NotAllowed as error:
        raise invalid(("body", "url"), "url_not_allowed", str(error)) from None
    return Address(where.url, where.origin)


async def _shown(call: Call, rows: list[WebhookRow]) -> list[dict[str, Any]]:
    services = call.services
    urls = await services.confidential.known(call.tenant, [row.address for row in rows])
    failing = await failing_since(call.fetch, [row.id for row in rows])
    return [
        webhook_shown(row, urls.get(row.address, row.origin), failing.get(row.id)) for row in rows
    ]
