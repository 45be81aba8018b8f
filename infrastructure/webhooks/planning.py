"""From the log to deliveries: which events go to which webhooks, each noted once.

The deliveries of a page of the log are written in one transaction with the checkpoint, whose row is
locked meanwhile: so any number of processes may do it, one at a time, and none does it twice.

No event is decoded for this. Types are compared as they are stored.
"""

import logging
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.streams import StreamName
from domain.webhook import (
    WebhookAdded,
    WebhookDisabled,
    WebhookEnabled,
    WebhookRemoved,
    WebhookReplayRequested,
)
from infrastructure.log.codec import decode
from infrastructure.webhooks.replaying import COLUMNS, EVENT_ID, note, replay

logger = logging.getLogger(__name__)

PAGE_SIZE = 1000
"""Positions looked through in one transaction."""

CONTROLS = {
    event.type: event
    for event in (
        WebhookAdded,
        WebhookDisabled,
        WebhookEnabled,
        WebhookRemoved,
        WebhookReplayRequested,
    )
}

LOOK = """
SELECT c.checkpoint, coalesce((SELECT max(position) FROM commits), 0),
    EXISTS (SELECT FROM webhooks), EXISTS (SELECT FROM webhook_replays)
FROM webhook_checkpoint c
"""
TAKE = "SELECT checkpoint FROM webhook_checkpoint FOR UPDATE SKIP LOCKED"
FROM_THE_BEGINNING = "INSERT INTO webhook_checkpoint (checkpoint) VALUES (0) ON CONFLICT DO NOTHING"
MOVE = "UPDATE webhook_checkpoint SET checkpoint = %s"

SELECT_CONTROLS = """
SELECT originator_id, notification_id, topic, state FROM stored_events
WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s) ORDER BY notification_id
"""

PLAN = f"""
INSERT INTO webhook_deliveries ({COLUMNS})
SELECT w.id, w.tenant, 'event', {EVENT_ID}, e.topic, e.notification_id
FROM stored_events e
JOIN webhooks w ON w.tenant = split_part(e.originator_id, '/', 1)
JOIN webhook_endpoints p ON p.webhook = w.id
WHERE e.notification_id > %s AND e.notification_id <= %s AND e.notification_id > p.since
    AND w.disabled IS NULL AND (w.types = '{{}}' OR e.topic = ANY(w.types))
ORDER BY e.notification_id
"""

BEGIN = """
INSERT INTO webhook_endpoints (webhook, since) VALUES (%s, %s)
ON CONFLICT (webhook) DO UPDATE
SET since = excluded.since, failures = 0, failing_since = NULL, paused_until = NULL
"""

GIVE_UP = """
UPDATE webhook_deliveries SET outcome = 'canceled', ended_at = now()
WHERE webhook = %s AND outcome = 'pending' AND position <= %s
"""

GIVE_UP_ALL = """
UPDATE webhook_deliveries SET outcome = 'canceled', ended_at = now() WHERE outcome = 'pending'
"""


class Planner:
    def __init__(self, pool: AsyncConnectionPool[Any], *, page_size: int = PAGE_SIZE):
        self._pool = pool
        self._page_size = page_size
        self.wanted = True
        """Whether there was any webhook at the last look."""
        self.more = False
        """Whether the last look left something to be looked through."""

    async def plan(self) -> bool:
        """Look through a page of the log, and of one replay; whether there was anything. Raises
        psycopg.Error."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(LOOK, prepare=True)).fetchone()
            if row is None:
                await connection.execute(FROM_THE_BEGINNING)
                return True
            checkpoint, last, self.wanted, replays = row
            found = self.more = False
            if checkpoint < last:
                async with connection.transaction():
                    step = self._page if self.wanted else self._nothing
                    found = await step(connection, last)
            if replays:
                async with connection.transaction():
                    self.more = await replay(connection, self._page_size) or self.more
            return found or self.more

    async def _nothing(self, connection: AsyncConnection[Any], last: int) -> bool:
        """There was no webhook when the log came to this position: what led there needn't be
        looked through."""
        row = await (await connection.execute(TAKE)).fetchone()
        if row is None or row[0] >= last:
            return False
        await connection.execute(GIVE_UP_ALL)
        await connection.execute("DELETE FROM webhook_endpoints")
        await connection.execute("DELETE FROM webhook_replays")
        await connection.execute(MOVE, (last,))
        return False

    async def _page(self, connection: AsyncConnection[Any], last: int) -> bool:
        row = await (await connection.execute(TAKE)).fetchone()
        if row is None or row[0] >= last:
            return False  # somebody else is at it
        after = row[0]
        upto = min(after + self._page_size, last)
        cursor = await connection.execute(SELECT_CONTROLS, (after, upto, list(CONTROLS)))
        controls = await cursor.fetchall()
        for control in controls:
            await self._begin(connection, *control)
        await connection.execute(PLAN, (after, upto), prepare=True)
        for control in controls:
            await self._end(connection, *control)
        await connection.execute(MOVE, (upto,), prepare=True)
        self.more = upto < last
        return True

    async def _begin(
        self,
        connection: AsyncConnection[Any],
        stream: str,
        position: int,
        topic: str,
        state: bytes,
    ) -> None:
        """Before a page is planned: where webhooks begin."""
        if CONTROLS[topic] in (WebhookAdded, WebhookEnabled):
            await connection.execute(BEGIN, (StreamName.parse(stream).id, position))

    async def _end(
        self,
        connection: AsyncConnection[Any],
        stream: str,
        position: int,
        topic: str,
        state: bytes,
    ) -> None:
        """After it: where they end, and what is to be sent again."""
        tenant, _, webhook = StreamName.parse(stream)
        kind = CONTROLS[topic]
        if kind in (WebhookDisabled, WebhookRemoved):
            await connection.execute(GIVE_UP, (webhook, position))
        if kind is WebhookRemoved:
            await connection.execute("DELETE FROM webhook_endpoints WHERE webhook = %s", (webhook,))
        if kind is WebhookReplayRequested:
            try:
                event, _ = decode(topic, state)
            except ValueError as error:
                logger.warning("the replay asked for at %s can't be read: %s", position, error)
            else:
                await note(connection, webhook, tenant, position, event)
