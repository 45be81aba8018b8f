"""Queries of the delivery log and of endpoints."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.webhook_ports import Delivery
from infrastructure.sealing.values import ConfidentialValues
from infrastructure.webhooks.confidential import ADDRESS, SECRETS, Target, target
from infrastructure.webhooks.posting import PostResult
from projections.paging import Fetch, NewestFirst, Page, PageEnd, Where

COLUMNS = ", ".join(Delivery._fields)
OF_WEBHOOK = "tenant = %s AND webhook = %s"
DELIVERIES = NewestFirst(
    {name: name for name in Delivery._fields},
    "webhook_deliveries",
    "created_at",
    "id",
    "octet_length(error)",
)


async def page(
    fetch: Fetch,
    tenant: str,
    webhook: UUID,
    limit: int,
    *,
    outcome: str | None = None,
    event_id: UUID | None = None,
    before: PageEnd | None = None,
) -> Page[Delivery]:
    """The newest deliveries."""
    where = Where(OF_WEBHOOK, tenant, webhook)
    where.add_given("outcome = %s", outcome)
    where.add_given("event_id = %s", event_id)
    return (await DELIVERIES.page(fetch, where, limit, 0, before)).map(Delivery._make)


async def one(fetch: Fetch, tenant: str, webhook: UUID, delivery: UUID) -> Delivery | None:
    rows = await fetch(
        f"SELECT {COLUMNS} FROM webhook_deliveries WHERE {OF_WEBHOOK} AND id = %s",
        (tenant, webhook, delivery),
    )
    return Delivery._make(rows[0]) if rows else None


async def failing_since(fetch: Fetch, webhooks: Sequence[UUID]) -> dict[UUID, datetime]:
    """The endpoints that have accepted nothing since their first failure, with its time."""
    rows = await fetch(
        "SELECT webhook, failing_since FROM webhook_endpoints "
        "WHERE webhook = ANY(%s) AND failing_since IS NOT NULL",
        (list(webhooks),),
    )
    return dict(rows)


async def target_of(
    fetch: Fetch, values: ConfidentialValues, tenant: str, webhook: UUID
) -> Target | None:
    """None if there is no such webhook. Raises Unopened."""
    rows = await fetch(
        f"SELECT {ADDRESS}, {SECRETS} FROM webhooks w "
        "JOIN webhook_confidential a ON a.id = w.address WHERE w.tenant = %s AND w.id = %s",
        (tenant, webhook),
    )
    return target(values, tenant, webhook, *rows[0]) if rows else None


async def note_test(
    fetch: Fetch, tenant: str, webhook: UUID, event_id: UUID, type: str, result: PostResult
) -> Delivery:
    """Log a test that was sent."""
    outcome = "delivered" if result.delivered else "failed"
    test = (webhook, tenant, event_id, type, outcome)
    (row,) = await fetch(
        "INSERT INTO webhook_deliveries (webhook, tenant, cause, event_id, type, outcome, "
        "attempts, attempted_at, ended_at, milliseconds, status, error) "
        "VALUES (%s, %s, 'test', %s, %s, %s, 1, now(), now(), %s, %s, %s) "
        f"RETURNING {COLUMNS}",
        (*test, result.milliseconds, result.status, result.error),
    )
    return Delivery._make(row)


MOST_COUNTED = 100_000


async def due(fetch: Fetch) -> int:
    """The number of deliveries of all tenants that are due, up to MOST_COUNTED."""
    rows = await fetch(
        "SELECT count(*) FROM (SELECT FROM webhook_deliveries "
        "WHERE outcome = 'pending' AND due_at <= now() LIMIT %s) due",
        (MOST_COUNTED,),
    )
    return int(rows[0][0])
