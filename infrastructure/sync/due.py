"""The accounts that are due for a visit, and the figures of how far behind they are."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch

# Tenants take turns, and what fails comes last: a server that is down has all its accounts due.
DUE = """
WITH due AS (
    SELECT account, true AS pull FROM account_states WHERE next_at <= now()
    UNION ALL
    SELECT DISTINCT account, false FROM calendar_pushes
), turns AS (
    SELECT a.tenant, s.account, bool_or(pull) AS pull, s.attempts, s.failing_since, s.next_at,
        row_number() OVER (PARTITION BY a.tenant, s.attempts > 0 ORDER BY s.next_at) AS turn
    FROM due JOIN account_states s USING (account)
    JOIN accounts a ON a.id = s.account AND a.suspended IS NULL
    WHERE s.account <> ALL(%s) AND (pull OR s.attempts = 0)
    GROUP BY a.tenant, s.account, s.attempts, s.failing_since, s.next_at
)
SELECT tenant, account, pull, attempts,
    coalesce(extract(epoch FROM now() - failing_since), 0)::float
FROM turns WHERE turn <= %s ORDER BY attempts > 0, turn, next_at LIMIT %s
"""

FIGURES = """
SELECT (SELECT count(*) FROM calendar_pushes),
    coalesce((SELECT extract(epoch FROM now() - min(noted_at)) FROM calendar_pushes), 0),
    coalesce(extract(epoch FROM now() - min(coalesce(s.last_success, a.created_at))), 0),
    (SELECT count(*) FROM calendar_channels WHERE expires_at > now())
FROM accounts a JOIN account_states s ON s.account = a.id WHERE a.suspended IS NULL
"""

MOST, EACH = 100, 8
"""Accounts that are found due at once, and those of one tenant."""


class Due(NamedTuple):
    """`pull` is False where only waiting meetings are to be written; `attempts` are the visits in a
    row that failed, and `failing` the seconds since the first of them."""

    tenant: str
    account: UUID
    pull: bool
    attempts: int
    failing: float

    @property
    def fails(self) -> bool:
        """True if the last visit failed."""
        return self.attempts > 0


class Figures(NamedTuple):
    """Meetings that wait to be written, the seconds for which the first one waits, the longest
    time in seconds since an account was read, and the channels on which services send notices."""

    waiting: int
    waiting_seconds: float
    unread_seconds: float
    channels: int


async def due(fetch: Fetch, busy: Collection[UUID]) -> list[Due]:
    """Accounts that are due, but those that are busy. Those whose last visit went well come first,
    of each tenant the one that is due for longest, then the second of each."""
    rows = await fetch(DUE, (list(busy), EACH, MOST))
    return [Due(*row) for row in rows]


async def figures(fetch: Fetch) -> Figures:
    ((waiting, waiting_seconds, unread_seconds, channels),) = await fetch(FIGURES, ())
    return Figures(waiting, float(waiting_seconds), float(unread_seconds), channels)
