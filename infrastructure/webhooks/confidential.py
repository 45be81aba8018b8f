"""Values that the log must not hold: full addresses of webhooks, and the secrets that sign.

A value is kept just before the append of the event that refers to it, and ends with its webhook.
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
"""The secrets that sign now for a row `w` of webhooks, the current one first."""

KEEP = """
INSERT INTO webhook_confidential AS c (id, tenant, webhook, value) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET created_at = now() RETURNING value
"""

# By the log, not by the read model: a value that is deleted can't be restored.
FORGET_ENDED = f"""
DELETE FROM webhook_confidential c WHERE EXISTS (
    SELECT FROM stored_events e WHERE e.topic = '{WebhookRemoved.type}'
        AND e.originator_id = c.tenant || '/webhook/' || c.webhook)
OR c.created_at < now() - interval '1 day' AND c.webhook IS NOT NULL AND NOT EXISTS (
    SELECT FROM stored_events e WHERE e.originator_id = c.tenant || '/webhook/' || c.webhook)
"""
"""Deletes the values of webhooks that have ended, and after a day of those that never began."""


class ConfidentialValues:
    """The port `Confidential`. All methods raise psycopg.Error and PoolTimeout."""

    def __init__(self, fetch: Fetch):
        self._fetch = fetch

    async def keep(self, identity: UUID, tenant: str, webhook: UUID, value: str) -> str:
        """Keep a value of a webhook under an id, and return the value that is kept: the first under
        this id, so that a repeated command finds its own."""
        ((kept,),) = await self._fetch(KEEP, (identity, tenant, webhook, value))
        return str(kept)

    async def known(self, tenant: str, ids: Collection[UUID]) -> dict[UUID, str]:
        """The values kept under these ids."""
        sql = "SELECT id, value FROM webhook_confidential WHERE tenant = %s AND id = ANY(%s)"
        return dict(await self._fetch(sql, (tenant, list(ids))))

    async def forget(self, tenant: str, ids: Collection[UUID]) -> None:
        sql = "DELETE FROM webhook_confidential WHERE tenant = %s AND id = ANY(%s) RETURNING id"
        await self._fetch(sql, (tenant, list(ids)))

    async def forget_all(self, tenant: str, webhook: UUID) -> None:
        """Forget all values of a webhook."""
        sql = "DELETE FROM webhook_confidential WHERE tenant = %s AND webhook = %s RETURNING id"
        await self._fetch(sql, (tenant, webhook))
