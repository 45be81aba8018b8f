"""The planner: a follower that notes each event's deliveries, once for each webhook.

The deliveries of a page are inserted in the transaction that moves the checkpoint. Only events of
webhooks are decoded: types are compared as they are stored.
"""

import logging
from collections.abc import Callable, Iterator
from typing import TypeGuard

from domain.webhook import (
    Webhook,
    WebhookAdded,
    WebhookDisabled,
    WebhookEnabled,
    WebhookRemoved,
    WebhookReplayRequested,
)
from infrastructure.following.checkpoints import UNVERSIONED
from infrastructure.following.session import PAGE_SIZE, Page, Part
from infrastructure.log.folding import Item
from infrastructure.log.reader import END
from infrastructure.postgres.locks import PLANNER_LOCK
from infrastructure.postgres.pipeline import COMMIT, Command
from infrastructure.webhooks.replaying import COLUMNS, DROP_REPLAYS, EVENT_ID, asked
from projections.read_model import Step

logger = logging.getLogger(__name__)

CHECKPOINT = "deliveries"

PACE, POLL = 0.05, 0.1
"""Seconds that events may gather, and between two looks at the log."""

IDLE = 1.0
"""Both while no tenant has a webhook."""

PLAN = f"""
INSERT INTO webhook_deliveries ({COLUMNS})
SELECT w.id, w.tenant, 'event', {EVENT_ID}, e.topic, e.notification_id
FROM stored_events e
JOIN webhooks w ON w.tenant = split_part(e.originator_id, '/', 1)
JOIN webhook_endpoints p ON p.webhook = w.id
WHERE e.notification_id > $1 AND e.notification_id <= $2 AND e.notification_id > p.since
    AND w.disabled IS NULL AND (w.types = '{{}}' OR e.topic = ANY(w.types))
ORDER BY e.notification_id
"""

ANY_WEBHOOK = "SELECT EXISTS (SELECT FROM webhooks)"

BEGIN_ENDPOINT = """
INSERT INTO webhook_endpoints (webhook, since) VALUES ($1, $2)
ON CONFLICT (webhook) DO UPDATE
SET since = excluded.since, failures = 0, failing_since = NULL, paused_until = NULL
"""

CANCEL = """
UPDATE webhook_deliveries SET outcome = 'canceled', ended_at = now()
WHERE webhook = $1 AND outcome = 'pending' AND position <= $2
"""

STOP_ENDPOINT = f"UPDATE webhook_endpoints SET since = {END} WHERE webhook = $1"
END_ENDPOINT = "DELETE FROM webhook_endpoints WHERE webhook = $1"


class Planner(Part):
    """`planned` is called after each page while there are webhooks."""

    follower = "webhooks"
    lock = PLANNER_LOCK
    kinds = frozenset({Webhook.kind})
    pace = poll = IDLE

    def __init__(self, planned: Callable[[], None] = lambda: None, *, page_size: int = PAGE_SIZE):
        self._planned = planned
        self.page_size = page_size
        self.versions = {CHECKPOINT: UNVERSIONED}

    async def land(self, page: Page) -> None:
        after = self.session.checkpoints.positions[CHECKPOINT]
        commands: list[Command] = []
        for step in filter(_is_step, page.content):
            # Up to here, webhooks were as the steps before say: the read model may be further.
            position = step.recorded.position
            commands += [_plan(after, position), *_applied(step, position)]
            after = position
        commands += [_plan(after, page.last), (ANY_WEBHOOK, ())]
        *_, ((any_webhook,),) = await self.session.checkpoints.move_with(
            [CHECKPOINT], page.last, commands
        )
        await self.session.connection.run([COMMIT])
        self.session.checkpoints.moved([CHECKPOINT], page.last)
        self.pace, self.poll = (PACE, POLL) if any_webhook == b"t" else (IDLE, IDLE)
        if any_webhook == b"t":
            self._planned()


def _is_step(item: Item) -> TypeGuard[Step]:
    if isinstance(item, Step):
        return True
    logger.warning("the event of a webhook at %s can't be read: %s", item.position, item.reason)
    return False


def _plan(after: int, upto: int) -> Command:
    return PLAN, (b"%d" % after, b"%d" % upto)


def _applied(step: Step, position: int) -> Iterator[Command]:
    """The commands of a webhook's event: its endpoint begins or ends, or a replay is asked for."""
    event, webhook = step.recorded.event, str(step.recorded.stream.id).encode()
    if isinstance(event, WebhookAdded | WebhookEnabled):
        yield BEGIN_ENDPOINT, (webhook, b"%d" % position)
    if isinstance(event, WebhookDisabled | WebhookRemoved):
        # The replays first: a page of one that is under way is waited for, and canceled as well.
        yield DROP_REPLAYS, (webhook, b"%d" % position)
        yield CANCEL, (webhook, b"%d" % position)
    if isinstance(event, WebhookDisabled):
        yield STOP_ENDPOINT, (webhook,)
    if isinstance(event, WebhookRemoved):
        yield END_ENDPOINT, (webhook,)
    if isinstance(event, WebhookReplayRequested):
        yield asked(step.recorded.stream, position, event)
