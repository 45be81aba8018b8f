"""Webhooks in the native contract: where a tenant has its events sent."""

from typing import Any
from uuid import UUID, uuid5

from pydantic_core import to_json
from uuid_utils.compat import uuid7

from api.contracts.tracking.dialect import CHANGING, CREATING, REMOVING, TRACKING
from api.contracts.tracking.webhook_schemas import (
    NewWebhook,
    WebhookChanges,
    WebhookCreated,
    WebhookShown,
    WebhooksShown,
    webhook_shown,
)
from api.http.answers import Content, carry_out, record
from api.http.call import Call
from api.http.problem import invalid
from api.http.records import as_uuid
from api.http.route import needs
from api.http.router import ContractRouter
from application.entity import Entity
from application.ledger import Caller
from application.ports import Answer
from application.webhooks import (
    AddWebhook,
    ChangeWebhook,
    RemoveWebhook,
    add_webhook,
    change_webhook,
    remove_webhook,
)
from application.work import Work
from domain.errors import Conflict, NotFound
from domain.streams import StreamName
from domain.webhook import Subscription, Webhook
from infrastructure.webhooks import confidential
from infrastructure.webhooks.addresses import Endpoint, NotAllowed, endpoint
from infrastructure.webhooks.delivery_log import failing_since
from infrastructure.webhooks.signing import new_secret
from projections.webhooks.model import WebhookRow, all_of, one, row_of

router = ContractRouter(TRACKING, "Webhooks")
administering = needs("admin")

MOST = 100
"""Webhooks of a tenant."""

KEPT = UUID("0d4f8c1e-52c7-5f0b-9d1a-6f1f0c3c7a52")
"""The namespace of ids that an idempotency key decides."""


@router.on(
    "POST /api/webhooks",
    administering,
    WebhookCreated,
    status=201,
    errors=CREATING,
    summary="Have events sent to an endpoint, from now on",
)
async def add(call: Call, body: NewWebhook) -> Answer:
    where, caller, fetch = _allowed(call, body.url), call.caller(), call.services.fetch
    identity, address, secret = (id_for(caller, what) for what in ("webhook", "address", "secret"))

    async def bounded(work: Work, command: AddWebhook) -> StreamName:
        if len(await all_of(fetch, call.tenant)) >= MOST:
            raise Conflict(f"A tenant has up to {MOST} webhooks", code="too_many_webhooks")
        begun = await add_webhook(work, command)
        await confidential.keep(fetch, address, call.tenant, identity, where.url)
        await confidential.keep(fetch, secret, call.tenant, identity, new_secret())
        return begun

    def created(entity: Entity[Webhook]) -> Content:
        row = row_of(entity)
        shown = webhook_shown(row, row.origin) | {"secret": None}
        content = record(to_json(shown), entity.position, f"/api/webhooks/{entity.id}")
        return content._replace(withheld=(("url", row.address), ("secret", row.secret)))

    subscription = Subscription(
        origin=where.origin,
        address=address,
        types=tuple(body.types),
        description=body.description,
    )
    command = AddWebhook(identity, subscription, secret)
    async with call.services.adding_webhooks(call.tenant):
        return await carry_out(call, bounded, command, created)


@router.on(
    "GET /api/webhooks",
    administering,
    WebhooksShown,
    summary="The tenant's webhooks, without their secrets",
)
async def every(call: Call) -> Content:
    rows = await all_of(call.services.fetch, call.tenant)
    return Content(to_json({"items": await _shown(call, rows)}))


@router.on(
    "GET /api/webhooks/{id}",
    administering,
    WebhookShown,
    errors=(404,),
    summary="A webhook, without its secret",
)
async def get(call: Call, id: str) -> Content:
    return await _answer(call, await webhook_row(call, id))


@router.on(
    "PATCH /api/webhooks/{id}",
    administering,
    WebhookShown,
    errors=CHANGING,
    summary="Change where to or what for, disable it, or enable it from now on",
)
async def change(call: Call, id: str, body: WebhookChanges) -> Content:
    fetch, tenant = call.services.fetch, call.tenant
    before = await webhook_row(call, id)
    given = body.model_fields_set
    update: dict[str, Any] = {}
    if "types" in given:
        update["types"] = tuple(body.types)
    if "description" in given:
        update["description"] = body.description
    url: str | None = None
    if "url" in given:
        where = _allowed(call, body.url)
        known = await confidential.known(fetch, tenant, [before.address])
        if known.get(before.address) != where.url:
            url = where.url
            update |= {"address": uuid7(), "origin": where.origin}
    replaced: UUID | None = None

    def revise(subscription: Subscription) -> Subscription:
        nonlocal replaced
        replaced = subscription.address
        return subscription.model_copy(update=update)

    async def keeping(work: Work, command: ChangeWebhook) -> StreamName:
        changed = await change_webhook(work, command)
        if url is not None:
            await confidential.keep(fetch, update["address"], tenant, before.id, url)
        return changed

    command = ChangeWebhook(before.id, revise, body.enabled if "enabled" in given else None)
    await carry_out(call, keeping, command)
    if url is not None and replaced is not None:
        # Not that of before: another change may have come between.
        await confidential.forget(fetch, tenant, replaced)
    return await _answer(call, await webhook_row(call, id))


@router.on(
    "DELETE /api/webhooks/{id}",
    administering,
    status=204,
    errors=REMOVING,
    summary="End a webhook; what waits to be sent is given up",
)
async def remove(call: Call, id: str) -> Answer:
    row = await webhook_row(call, id)
    command = RemoveWebhook(row.id)
    answer = await carry_out(call, remove_webhook, command)
    await confidential.forget_all(call.services.fetch, call.tenant, row.id)
    return answer


async def webhook_row(call: Call, id: str) -> WebhookRow:
    """Raises NotFound."""
    identity = as_uuid(id)
    row = identity and await one(call.services.fetch, call.tenant, identity)
    if not row:
        raise NotFound("Webhook not found", code="webhook_not_found")
    return row


def id_for(caller: Caller, what: str) -> UUID:
    """The id of what a command makes. Its key decides it where there is one: twins of it that are
    under way at once keep one value."""
    key = caller.key
    return uuid5(KEPT, f"{what}\n{key.scope}{key.digest.hex()}") if key else uuid7()


def _allowed(call: Call, url: str) -> Endpoint:
    """Raises a 422."""
    try:
        return endpoint(url, allow_private=call.services.settings.webhooks_allow_private)
    except NotAllowed as error:
        raise invalid(("body", "url"), "url_not_allowed", str(error)) from None


async def _answer(call: Call, row: WebhookRow) -> Content:
    (shown,) = await _shown(call, [row])
    return record(to_json(shown), row.position)


async def _shown(call: Call, rows: list[WebhookRow]) -> list[dict[str, Any]]:
    fetch = call.services.fetch
    urls = await confidential.known(fetch, call.tenant, [row.address for row in rows])
    failing = await failing_since(fetch, [row.id for row in rows])
    return [
        webhook_shown(row, urls.get(row.address, row.origin), failing.get(row.id)) for row in rows
    ]
