"""Replays: events that a tenant asked to be sent again, planned as its webhook has room.

Types are compared as they are stored.
"""

from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from domain.streams import StreamName
from domain.webhook import WebhookReplayRequested
from infrastructure.log.reader import TENANT
from infrastructure.postgres.pipeline import Command

PAGE_SIZE = 1000
"""Events looked at in one transaction."""

MOST_WAITING = 1000
"""Deliveries that may wait for a webhook before replaying adds more."""

# The event's id stands at the beginning of what is stored. An event without one is planned too:
# that it can't be told is found out when it is to be sent, and said there.
EVENT_ID = """coalesce(
    substring(encode(substr(e.state, 1, 200), 'escape') from '"id":"([0-9a-f-]{36})"')::uuid,
    '00000000-0000-0000-0000-000000000000')"""

COLUMNS = "webhook, tenant, cause, event_id, type, position"

REPLAY = """
INSERT INTO webhook_replays (position, webhook, tenant, after, upto, any_type)
VALUES ($1, $2, $3, $4, $5, $6)
"""

TAKE_REPLAY = f"""
SELECT r.position, r.webhook, r.tenant, r.after, r.upto, r.any_type FROM webhook_replays r
WHERE (SELECT count(*) FROM (
    SELECT FROM webhook_deliveries d WHERE d.webhook = r.webhook AND d.outcome = 'pending'
    LIMIT {MOST_WAITING}) waiting) < {MOST_WAITING}
ORDER BY r.position LIMIT 1 FOR UPDATE OF r SKIP LOCKED
"""

PLAN_REPLAY = f"""
WITH page AS (
    SELECT e.notification_id, e.topic, {EVENT_ID} AS event_id FROM stored_events e
    WHERE ({TENANT}, notification_id) > (%(tenant)s, %(after)s)
        AND ({TENANT}, notification_id) <= (%(tenant)s, %(upto)s)
    ORDER BY {TENANT}, notification_id LIMIT %(limit)s
), planned AS (
    INSERT INTO webhook_deliveries ({COLUMNS})
    SELECT w.id, w.tenant, 'replay', page.event_id, page.topic, page.notification_id
    FROM page JOIN webhooks w ON w.id = %(webhook)s AND w.disabled IS NULL
    WHERE %(any_type)s OR w.types = '{{}}' OR page.topic = ANY(w.types)
    ORDER BY page.notification_id
)
SELECT count(*), coalesce(max(notification_id), 0) FROM page
"""


def note(stream: StreamName, position: int, event: WebhookReplayRequested) -> Command:
    """The command that notes a replay asked for at a position: the events up to there, or one event
    of any type where a single delivery is repeated."""
    single = event.delivery is not None
    upto = event.after + 1 if single else position
    return REPLAY, (
        b"%d" % position,
        str(stream.id).encode(),
        stream.tenant.encode(),
        b"%d" % event.after,
        b"%d" % upto,
        b"t" if single else b"f",
    )


async def replay(pool: AsyncConnectionPool[Any], page_size: int = PAGE_SIZE) -> bool:
    """Plan a page of the next replay whose webhook has room; False if there is none. Any number of
    processes may do it: a replay that one of them plans is locked. Raises psycopg.Error."""
    async with pool.connection() as connection, connection.transaction():
        taken = await connection.cursor(row_factory=dict_row).execute(TAKE_REPLAY)
        found = await taken.fetchone()
        if found is None:
            return False
        position = found["position"]
        cursor = await connection.execute(PLAN_REPLAY, found | {"limit": page_size})
        count, reached = await cursor.fetchone() or (0, 0)
        if count < page_size:
            await connection.execute("DELETE FROM webhook_replays WHERE position = %s", (position,))
        else:
            await connection.execute(
                "UPDATE webhook_replays SET after = %s WHERE position = %s", (reached, position)
            )
        return True
