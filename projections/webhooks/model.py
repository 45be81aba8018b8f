"""Webhooks as they are now: event types, destination, and secrets.

Confidential values are in a table of their own; a row has their ids. A removed webhook has no row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from application.entity import Entity
from domain.webhook import Webhook
from projections.aggregate_rows import aggregate_rows
from projections.paging import Fetch


class WebhookRow(NamedTuple):
    """`former` are the earlier secrets, newest first; each signs until the instant at its place in
    `former_until`. `disabled` is the reason, None for an enabled webhook."""

    id: UUID
    origin: str
    address: UUID
    types: Sequence[str]
    description: str | None
    disabled: str | None
    secret: UUID
    former: Sequence[UUID]
    former_until: Sequence[datetime]
    created_at: datetime
    updated_at: datetime
    position: int


def row_of(entity: Entity[Webhook]) -> WebhookRow:
    state, subscription = entity.state, entity.state.subscription
    return WebhookRow(
        entity.id,
        subscription.origin,
        subscription.address,
        list(subscription.types),
        subscription.description,
        None if state.disabled is None else state.disabled.value,
        state.secret,
        [each.secret for each in state.former],
        [each.until for each in state.former],
        entity.created.time,
        entity.changed.time,
        entity.position,
    )


WEBHOOKS = aggregate_rows("webhooks", Webhook.kind, WebhookRow, row_of, "(id)", removable=True)

SELECT = f"SELECT {', '.join(WebhookRow._fields)} FROM webhooks WHERE tenant = %s"


async def all_of(fetch: Fetch, tenant: str) -> list[WebhookRow]:
    """The webhooks of a tenant, oldest first."""
    rows = await fetch(f"{SELECT} ORDER BY created_at, id", (tenant,))
    return [WebhookRow._make(row) for row in rows]


async def one(fetch: Fetch, tenant: str, identity: UUID) -> WebhookRow | None:
    rows = await fetch(f"{SELECT} AND id = %s", (tenant, identity))
    return WebhookRow._make(rows[0]) if rows else None
