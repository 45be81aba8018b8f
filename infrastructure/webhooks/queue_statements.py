"""The SQL statements of the queue of deliveries."""

from infrastructure.webhooks.confidential import ADDRESS, SECRETS
from infrastructure.webhooks.schedule import TROUBLED

EACH = 8
"""Deliveries in flight to one endpoint, in one process."""

MOST_OF_TENANT = 64
"""Deliveries in flight to all endpoints of a tenant, in one process. The tenant with the fewest is
served first."""

RETENTION_DAYS = 30
"""Days for which an ended delivery is kept."""

TAKE = f"""
WITH busy AS (
    SELECT * FROM json_to_recordset(%(busy)s::json) AS b(tenant text, webhook uuid, count int)
), waiting AS (
    SELECT d.id, d.due_at, w.tenant, {ADDRESS} AS address, {SECRETS} AS secrets,
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
RETURNING d.id, d.webhook, d.tenant, d.event_id, d.position, d.attempts,
    taken.address, taken.secrets
"""

# A failed attempt that outlived its lease, so that the delivery was claimed again, changes nothing.
NOTE = """
UPDATE webhook_deliveries
SET outcome = %(outcome)s, ended_at = CASE WHEN %(outcome)s <> 'pending' THEN now() END,
    due_at = now() + %(pause)s * interval '1 s', milliseconds = %(milliseconds)s,
    status = %(status)s, error = %(error)s
WHERE id = %(id)s AND outcome = 'pending'
    AND (attempts = %(attempts)s OR %(outcome)s = 'delivered')
"""

DELIVERED = f"""
WITH noted AS ({NOTE})
UPDATE webhook_endpoints SET failures = 0, failing_since = NULL, paused_until = NULL
WHERE webhook = %(webhook)s AND failures > 0
"""

FAILED = f"""
WITH noted AS ({NOTE})
UPDATE webhook_endpoints
SET failures = failures + 1, failing_since = coalesce(failing_since, now())
WHERE webhook = %(webhook)s
RETURNING failures, coalesce(failing_since < now() - %(patience)s * interval '1 s', false)
"""

PUT_BACK = """
UPDATE webhook_deliveries SET attempts = attempts - 1, due_at = now() + %(pause)s * interval '1 s'
WHERE id = %(id)s AND outcome = 'pending' AND attempts = %(attempts)s
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
