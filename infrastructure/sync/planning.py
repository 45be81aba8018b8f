"""The planner: a follower that notes what the accounts have to look at.

A meeting that changed is noted for the accounts of the user who scheduled it, and for those whose
calendars have the meeting. A new contact has the events with their address looked at again. The
visit of a suspended account is overtaken, and the rows of a removed one are dropped.
"""

import logging
from collections.abc import Callable, Iterator
from typing import TypeGuard

from domain.account import Account, AccountConnected, AccountRemoved, AccountSuspended
from domain.contact import Contact
from domain.mail_address import normal
from domain.meeting import Meeting
from infrastructure.following.checkpoints import UNVERSIONED
from infrastructure.following.session import PAGE_SIZE, Page, Part
from infrastructure.log.folding import Item
from infrastructure.postgres.locks import SYNC_PLANNER_LOCK
from infrastructure.postgres.pipeline import COMMIT, Command
from infrastructure.sync.objects import hashed
from projections.read_model import Step

logger = logging.getLogger(__name__)

CHECKPOINT = "pushes"

PACE, POLL = 0.05, 0.1
"""Seconds that events may gather, and between two looks at the log."""

IDLE = 1.0
"""Both while nobody has an account."""

# Only accounts that write a calendar have something to do with a meeting that none has yet.
NOTE = """
INSERT INTO calendar_pushes AS p (account, tenant, meeting, position)
SELECT account, $1, $2, $3 FROM (
    SELECT id AS account FROM accounts
    WHERE tenant = $1 AND user_id = $4 AND written IS NOT NULL
    UNION SELECT account FROM calendar_links WHERE meeting = $2 AND tenant = $1) found
WHERE 'account:' || account <> $5
ON CONFLICT (account, meeting) DO UPDATE SET position = greatest(p.position, excluded.position)
"""

LOOK_AGAIN = """
WITH marked AS (
    UPDATE calendar_objects SET again = true
    WHERE tenant = $1 AND addresses @> ARRAY[$2::bytea] AND NOT gone
        AND (ignored = 'noContact' OR ignored IS NULL AND fingerprint IS NULL)
    RETURNING account)
UPDATE account_states SET next_at = now()
WHERE next_at > now() AND account IN (SELECT account FROM marked)
"""

CONNECT = """
INSERT INTO account_states (account, tenant) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""

OVERTAKE = "DELETE FROM calendar_visits WHERE account = $1"

DROP = tuple(
    f"DELETE FROM {table} WHERE account = $1"
    for table in ("calendar_cursors", "calendar_links", "calendar_objects", "calendar_pushes")
)

ANY_ACCOUNT = "SELECT EXISTS (SELECT FROM accounts)"


class Planner(Part):
    """`planned` is called after each page while there are accounts; `key` is that of the hashes of
    addresses."""

    follower = "sync"
    lock = SYNC_PLANNER_LOCK
    kinds = frozenset({Account.kind, Contact.kind, Meeting.kind})
    pace = poll = IDLE

    def __init__(
        self,
        key: bytes,
        planned: Callable[[], None] = lambda: None,
        *,
        page_size: int = PAGE_SIZE,
    ):
        self._key = key
        self._planned = planned
        self.page_size = page_size
        self.versions = {CHECKPOINT: UNVERSIONED}

    async def land(self, page: Page) -> None:
        commands = [
            command for step in filter(_is_step, page.content) for command in self._noted(step)
        ]
        *_, ((any_account,),) = await self.session.checkpoints.move_with(
            [CHECKPOINT], page.last, [*commands, (ANY_ACCOUNT, ())]
        )
        await self.session.connection.run([COMMIT])
        self.session.checkpoints.moved([CHECKPOINT], page.last)
        self.pace, self.poll = (PACE, POLL) if any_account == b"t" else (IDLE, IDLE)
        if any_account == b"t":
            self._planned()

    def _noted(self, step: Step) -> Iterator[Command]:
        """The commands of an event."""
        event, stream = step.recorded.event, step.recorded.stream
        tenant, identity = stream.tenant.encode(), str(stream.id).encode()
        match stream.kind:
            case Meeting.kind:
                user = step.after.created.actor.id.encode()
                position = b"%d" % step.recorded.position
                cause = step.recorded.envelope.correlation.encode()
                yield NOTE, (tenant, identity, position, user, cause)
            case Contact.kind:
                address = _new_address(step)
                if address is not None:
                    digest = hashed(self._key, stream.tenant, address).hex()
                    yield LOOK_AGAIN, (tenant, rf"\x{digest}".encode())
        if isinstance(event, AccountConnected):
            yield CONNECT, (identity, tenant)
        if isinstance(event, AccountSuspended | AccountRemoved):
            yield OVERTAKE, (identity,)
        if isinstance(event, AccountRemoved):
            yield from ((drop, (identity,)) for drop in DROP)


def _new_address(step: Step) -> str | None:
    """The normal form of the address of a contact that didn't have it before the event."""
    contact: Contact = step.after.state
    before: Contact | None = None if step.before is None else step.before.state
    email = contact.details.email
    if contact.removed or email is None:
        return None
    if before is not None and not before.removed and before.details.email == email:
        return None
    return normal(email)


def _is_step(item: Item) -> TypeGuard[Step]:
    if isinstance(item, Step):
        return True
    logger.warning("the event at %s can't be read for calendars: %s", item.position, item.reason)
    return False
