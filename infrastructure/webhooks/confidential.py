"""What the log must not hold: addresses of webhooks in full, and the secrets that sign."""

from collections.abc import Collection
from uuid import UUID

from projections.paging import Fetch

SECRETS = """ARRAY(
    SELECT c.value FROM webhook_confidential c WHERE c.id = w.secret OR c.id IN (
        SELECT f.secret FROM unnest(w.former, w.former_until) AS f(secret, until)
        WHERE f.until > now())
    ORDER BY c.id = w.secret DESC)"""
"""The secrets that sign for a row `w` of webhooks now, the current one first."""

KEEP = """
INSERT INTO webhook_confidential AS c (id, tenant, value) VALUES (%s, %s, %s)
ON CONFLICT (id) DO UPDATE SET value = c.value RETURNING value
"""


async def keep(fetch: Fetch, identity: UUID, tenant: str, value: str) -> str:
    """Keep a value under an id. What is there already stays: a command that is repeated finds what
    it kept the first time. Raises psycopg.Error."""
    ((kept,),) = await fetch(KEEP, (identity, tenant, value))
    return str(kept)


async def known(fetch: Fetch, tenant: str, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await fetch(
        "SELECT id, value FROM webhook_confidential WHERE tenant = %s AND id = ANY(%s)",
        (tenant, list(ids)),
    )
    return dict(rows)


async def forget(fetch: Fetch, tenant: str, ids: Collection[UUID]) -> None:
    await fetch(
        "WITH gone AS (DELETE FROM webhook_confidential WHERE tenant = %s AND id = ANY(%s)) "
        "SELECT 1",
        (tenant, list(ids)),
    )
