"""What the log must not hold: addresses of webhooks in full, and the secrets that sign.

It is kept just before the append of what refers to it, and ends with its webhook.
"""

from collections.abc import Collection
from uuid import UUID

from domain.webhook import WebhookRemoved
from projections.paging import Fetch

SECRETS = """ARRAY(
    SELECT c.value FROM webhook_confidential c WHERE c.id = w.secret OR c.id IN (
        SELECT f.secret FROM unnest(w.former, w.former_until) AS f(secret, until)
        WHERE f.until > now())
    ORDER BY c.id = w.secret DESC)"""
"""The secrets that sign for a row `w` of webhooks now, the current one first."""

KEEP = """
INSERT INTO webhook_confidential AS c (id, tenant, webhook, value) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET created_at = now() RETURNING value
"""

# By the log, not by the read model: what is gone here can't be made again.
FORGET_ENDED = f"""
DELETE FROM webhook_confidential c WHERE EXISTS (
    SELECT FROM stored_events e WHERE e.topic = '{WebhookRemoved.type}'
        AND e.originator_id = c.tenant || '/webhook/' || c.webhook)
OR c.created_at < now() - interval '1 day' AND c.webhook IS NOT NULL AND NOT EXISTS (
    SELECT FROM stored_events e WHERE e.originator_id = c.tenant || '/webhook/' || c.webhook)
"""
"""Forgets what was kept for a webhook that has ended meanwhile, and for one that never began."""


async def keep(fetch: Fetch, identity: UUID, tenant: str, webhook: UUID, value: str) -> str:
    """Keep a value of a webhook under an id. What is there already stays: a command that is
    repeated finds what it kept the first time. Raises psycopg.Error."""
    ((kept,),) = await fetch(KEEP, (identity, tenant, webhook, value))
    return str(kept)


async def known(fetch: Fetch, tenant: str, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await fetch(
        "SELECT id, value FROM webhook_confidential WHERE tenant = %s AND id = ANY(%s)",
        (tenant, list(ids)),
    )
    return dict(rows)


async def forget(fetch: Fetch, tenant: str, identity: UUID) -> None:
    await fetch(
        "DELETE FROM webhook_confidential WHERE tenant = %s AND id = %s RETURNING id",
        (tenant, identity),
    )


async def forget_all(fetch: Fetch, tenant: str, webhook: UUID) -> None:
    """Whatever was kept for a webhook."""
    await fetch(
        "DELETE FROM webhook_confidential WHERE tenant = %s AND webhook = %s RETURNING id",
        (tenant, webhook),
    )
