"""The queue of due deliveries, and the outcomes of attempts.

Claiming a delivery leases it: its next attempt is put off beyond the longest that an attempt may
take. When the lease of a process that died runs out, another process claims the delivery. All times
are those of the database's clock.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg_pool import AsyncConnectionPool
from pydantic_core import to_json

from infrastructure.webhooks.confidential import FORGET_ENDED, SECRETS
from infrastructure.webhooks.posting import Attempt
from infrastructure.webhooks.replaying import replay
from infrastructure.webhooks.schedule import PATIENCE, RETRIES, TROUBLED, pause, rest

EACH = 8
"""Deliveries in flight to one endpoint, in one process."""

MOST_OF_TENANT = 64
"""Deliveries in flight to all endpoints of a tenant, in one process. The tenant with the fewest is
served first."""

LEASE = 30.0
"""Seconds."""

UNTRIED = 5.0
"""Seconds until a delivery that was put back is due again."""

RETENTION_DAYS = 30
"""Days for which an ended delivery is kept."""

TAKE = f"""
WITH busy AS (
    SELECT * FROM json_to_recordset(%(busy)s::json) AS b(tenant text, webhook uuid, count int)
), waiting AS (
    SELECT d.id, d.due_at, w.tenant, a.value AS url, {SECRETS} AS secrets,
        row_number() OVER (PARTITION BY w.id ORDER BY d.due_at, d.position)
            + coalesce(b.count, 0) AS number,
        CASE WHEN p.failures < {TROUBLED} THEN {EACH} ELSE 1 END AS most
    FROM webhooks w
    JOIN webhook_endpoints p ON p.webhook = w.id
    JOIN webhook_confidential a ON a.id = w.address
    LEFT JOIN busy b ON b.webhook = w.id
    CROSS JOIN LATERAL (
        SELECT id, due_at, position FROM webhook_deliveries
        WHERE webhook = w.id AND outcome = 'pending' AND due_at <= now()
        ORDER BY due_at, position LIMIT {EACH} FOR UPDATE SKIP LOCKED) d
    WHERE w.disabled IS NULL AND (p.paused_until IS NULL OR p.paused_until <= now())
), ranked AS (
    SELECT waiting.*, row_number() OVER (PARTITION BY tenant ORDER BY number, due_at) + coalesce(
        (SELECT sum(count) FROM busy WHERE busy.tenant = waiting.tenant), 0) AS of_tenant
    FROM waiting WHERE number <= most
), taken AS (
    SELECT * FROM ranked WHERE of_tenant <= %(most)s ORDER BY of_tenant, due_at LIMIT %(room)s
)
UPDATE webhook_deliveries d
SET attempts = d.attempts + 1, attempted_at = now(), due_at = now() + %(lease)s * interval '1 s'
FROM taken WHERE d.id = taken.id
RETURNING d.id, d.webhook, d.tenant, d.event_id, d.position, d.attempts, taken.url, taken.secrets
"""

DELIVERED = """
WITH ended AS (
    UPDATE webhook_deliveries
    SET outcome = 'delivered', ended_at = now(), milliseconds = %(milliseconds)s,
        status = %(status)s, error = NULL
    WHERE id = %(id)s AND outcome = 'pending'
)
UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, paused_until = NULL
WHERE webhook = %(webhook)s AND failures > 0
"""

# An attempt that outlived its lease, so that the delivery was claimed again, changes nothing.
FAILED = """
WITH tried AS (
    UPDATE webhook_deliveries
    SET outcome = CASE WHEN %(pause)s::float8 IS NULL THEN 'failed' ELSE outcome END,
        ended_at = CASE WHEN %(pause)s::float8 IS NULL THEN now() END,
        due_at = now() + coalesce(%(pause)s::float8, 0) * interval '1 s',
        milliseconds = %(milliseconds)s, status = %(status)s, error = %(error)s
    WHERE id = %(id)s AND outcome = 'pending' AND attempts = %(attempts)s
)
UPDATE webhook_endpoints
SET failures = failures + 1, failing_since = coalesce(failing_since, now())
WHERE webhook = %(webhook)s
RETURNING failures, coalesce(failing_since < now() - %(patience)s * interval '1 s', false)
"""

PUT_BACK = """
UPDATE webhook_deliveries SET attempts = attempts - 1, due_at = now() + %s * interval '1 s'
WHERE id = %s AND outcome = 'pending' AND attempts = %s
"""

LEAVE_ALONE = """
UPDATE webhook_endpoints
SET paused_until = greatest(paused_until, now() + %s * interval '1 s') WHERE webhook = %s
"""

FORGET = f"""
DELETE FROM webhook_deliveries WHERE id IN (
    SELECT id FROM webhook_deliveries
    WHERE ended_at < now() - interval '{RETENTION_DAYS} days' LIMIT 5000)
"""


class Claim(NamedTuple):
    """A delivery that this process has leased; `attempts` includes the one to come."""

    id: UUID
    webhook: UUID
    tenant: str
    event_id: UUID
    position: int
    attempts: int
    url: str
    secrets: Sequence[str]


class Queue:
    """All methods raise psycopg.Error."""

    def __init__(
        self,
        pool: AsyncConnectionPool[Any],
        *,
        retries: tuple[float, ...] = RETRIES,
        lease: float = LEASE,
    ):
        self._pool = pool
        self._retries = retries
        self._lease = lease

    async def take(self, room: int, busy: Mapping[tuple[str, UUID], int]) -> list[Claim]:
        """Claim up to `room` due deliveries; `busy` counts those in flight here by tenant and
        webhook."""
        counts = [
            {"tenant": tenant, "webhook": webhook, "count": count}
            for (tenant, webhook), count in busy.items()
        ]
        parameters = {
            "busy": to_json(counts).decode(),
            "room": room,
            "most": MOST_OF_TENANT,
            "lease": self._lease,
        }
        async with self._pool.connection() as connection:
            cursor = await connection.execute(TAKE, parameters, prepare=True)
            return [Claim._make(row) for row in await cursor.fetchall()]

    async def delivered(self, claim: Claim, attempt: Attempt) -> None:
        parameters = {
            "id": claim.id,
            "webhook": claim.webhook,
            "milliseconds": attempt.milliseconds,
            "status": attempt.status,
        }
        async with self._pool.connection() as connection:
            await connection.execute(DELIVERED, parameters, prepare=True)

    async def failed(self, claim: Claim, attempt: Attempt) -> tuple[bool, bool]:
        """Record a failed attempt. Returns whether the delivery is tried again, and whether the
        endpoint has failed for longer than PATIENCE."""
        again = pause(claim.attempts, self._retries)
        parameters = {
            "id": claim.id,
            "webhook": claim.webhook,
            "attempts": claim.attempts,
            "pause": again,
            "milliseconds": attempt.milliseconds,
            "status": attempt.status,
            "error": attempt.error,
            "patience": PATIENCE,
        }
        async with self._pool.connection() as connection:
            cursor = await connection.execute(FAILED, parameters, prepare=True)
            failures, for_too_long = await cursor.fetchone() or (0, False)
            if seconds := rest(failures, attempt.retry_after):
                await connection.execute(LEAVE_ALONE, (seconds, claim.webhook), prepare=True)
        return again is not None, for_too_long

    async def put_back(self, claim: Claim) -> None:
        """Return a claim that wasn't tried through no fault of its endpoint; no attempt counts."""
        async with self._pool.connection() as connection:
            await connection.execute(PUT_BACK, (UNTRIED, claim.id, claim.attempts))

    async def given_up(self, claim: Claim, attempt: Attempt) -> None:
        """Record a failed attempt that is not retried."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "UPDATE webhook_deliveries SET outcome = 'failed', ended_at = now(), "
                "milliseconds = %s, status = %s, error = %s WHERE id = %s AND outcome = 'pending'",
                (attempt.milliseconds, attempt.status, attempt.error, claim.id),
            )

    async def replay(self) -> bool:
        """Plan a page of a replay; False if there is none."""
        return await replay(self._pool)

    async def forget(self) -> bool:
        """Delete a batch of deliveries older than RETENTION_DAYS, and the confidential values of
        webhooks that have ended. True if there may be more."""
        async with self._pool.connection() as connection:
            await connection.execute(FORGET_ENDED)
            cursor = await connection.execute(FORGET)
            return bool(cursor.rowcount > 0)
