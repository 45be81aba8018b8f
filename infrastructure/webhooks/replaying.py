"""Replays: events that a tenant asked to be sent again, planned as its webhook has room.

Types are compared as they are stored. Tenants take turns, a page each. A replay of some types reads
their events alone: the index of types leads to them, and to their end if there are none.
"""

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from domain.streams import StreamName
from domain.webhook import Webhook, WebhookReplayRequested
from infrastructure.log.tenant_pages import ALL, OF_TYPES
from infrastructure.postgres.pipeline import Command
from projections.paging import Fetch

PAGE_SIZE = 1000
"""Events read in one transaction. Where there are several types, each has an equal part of them."""

MOST_WAITING = 1000
"""Deliveries that may wait for a webhook before replaying adds more."""

# The event's id stands at the beginning of what is stored. An event without one is planned too:
# that it can't be told is found out when it is to be sent, and said there.
EVENT_ID = """coalesce(
    substring(encode(substr(e.state, 1, 200), 'escape') from '"id":"([0-9a-f-]{36})"')::uuid,
    '00000000-0000-0000-0000-000000000000')"""

COLUMNS = "webhook, tenant, cause, event_id, type, position"

REPLAY = """
INSERT INTO webhook_replays (position, webhook, tenant, after, upto) VALUES ($1, $2, $3, $4, $5)
"""

REPLAY_ONE = f"""
INSERT INTO webhook_deliveries ({COLUMNS})
SELECT w.id, w.tenant, 'replay', {EVENT_ID}, e.topic, e.notification_id
FROM stored_events e JOIN webhooks w ON w.tenant = split_part(e.originator_id, '/', 1)
WHERE w.id = $1 AND w.disabled IS NULL AND e.notification_id = $2
"""

DROP_REPLAYS = "DELETE FROM webhook_replays WHERE webhook = $1 AND position <= $2"

# By the read model, a webhook may have ended that the planner still has to drop the replays of.
TAKE_REPLAY = f"""
SELECT r.position, r.webhook, r.tenant, r.after, r.upto, w.types
FROM webhook_replays r LEFT JOIN webhooks w ON w.id = r.webhook AND w.disabled IS NULL
WHERE NOT EXISTS (
    SELECT FROM webhook_deliveries d WHERE d.webhook = r.webhook AND d.outcome = 'pending'
    OFFSET {MOST_WAITING - 1})
ORDER BY r.tenant <= %(turn)s, r.tenant, r.position LIMIT 1 FOR UPDATE OF r SKIP LOCKED
"""

# The planner moves its checkpoint and notes replays in one transaction.
FINISHED = f"""
SELECT count(*) - (SELECT count(*) FROM webhook_replays WHERE webhook = %s) FROM stored_events
WHERE originator_id = %s AND topic = '{WebhookReplayRequested.type}'
    AND convert_from(state, 'UTF8')::json #> '{{data,delivery}}' IS NULL
    AND notification_id <= (
        SELECT coalesce(max(position), 0) FROM checkpoints WHERE follower = 'webhooks')
"""


def plan(types: bool, limit: int) -> str:
    """SQL that plans a page of a replay, of some types or of all: `$1` is the tenant, `$2` the
    position before it, `$3` the last one of the replay, `$4` the webhook, and `$5` the types."""
    page = (OF_TYPES if types else ALL).replace("$3", "$5").format(limit=limit)
    return f"""
WITH planned AS (
    INSERT INTO webhook_deliveries ({COLUMNS})
    SELECT $4::uuid, $1, 'replay', {EVENT_ID}, e.topic, e.notification_id
    FROM ({page}) e WHERE e.notification_id <= $3::bigint ORDER BY e.notification_id
    RETURNING position
)
SELECT count(*), coalesce(max(position), 0) FROM planned
"""


def asked(stream: StreamName, position: int, event: WebhookReplayRequested) -> Command:
    """The command for a replay asked for at a position. A replay of the events up to there is
    noted; the one event of a single delivery, of whatever type, is planned at once."""
    webhook = str(stream.id).encode()
    if event.delivery is not None:
        return REPLAY_ONE, (webhook, b"%d" % (event.after + 1))
    tenant = stream.tenant.encode()
    return REPLAY, (b"%d" % position, webhook, tenant, b"%d" % event.after, b"%d" % position)


async def finished(fetch: Fetch, tenant: str, webhook: UUID) -> int:
    """The number of a webhook's replays that have been planned to their end, or dropped. Those of
    single deliveries don't count."""
    stream = StreamName(tenant, Webhook.kind, webhook)
    ((count,),) = await fetch(FINISHED, (webhook, str(stream)))
    return int(count)


async def replay(
    pool: AsyncConnectionPool[Any], page_size: int = PAGE_SIZE, *, turn: str = ""
) -> str | None:
    """Plan a page of a replay whose webhook has room, and return its tenant: the next one after
    `turn` that has such a replay. None if there is none. Any number of processes may do it: a
    replay that one of them plans is locked. Raises psycopg.Error."""
    async with pool.connection() as connection, connection.transaction():
        taken = await connection.cursor(row_factory=dict_row).execute(TAKE_REPLAY, {"turn": turn})
        found = await taken.fetchone()
        if found is None:
            return None
        reached = None if found["types"] is None else await _planned(connection, found, page_size)
        if reached is None:
            sql, parameters = "DELETE FROM webhook_replays WHERE position = %(position)s", found
        else:
            sql = "UPDATE webhook_replays SET after = %(after)s WHERE position = %(position)s"
            parameters = found | {"after": reached}
        await connection.execute(sql, parameters)
        return str(found["tenant"])


async def _planned(
    connection: AsyncConnection[Any], found: dict[str, Any], page_size: int
) -> int | None:
    """The position up to which a page was planned; None if it was the last one."""
    types = found["types"]
    limit = max(1, page_size // len(types)) if types else page_size
    parameters = [found["tenant"], found["after"], found["upto"], found["webhook"]]
    cursor = AsyncRawCursor(connection)
    await cursor.execute(plan(bool(types), limit).encode(), parameters + ([types] if types else []))
    count, reached = await cursor.fetchone() or (0, 0)
    return int(reached) if count == limit else None
