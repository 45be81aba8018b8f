"""The accounts that are due for a visit, and the figures of how far behind they are."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch

DUE = """
WITH due AS (
    (SELECT a.tenant, s.account, true AS pull, s.attempts, s.failing_since, s.next_at
        FROM account_states s JOIN accounts a ON a.id = s.account AND a.suspended IS NULL
        WHERE s.next_at <= now() AND s.account <> ALL(%s) ORDER BY s.next_at LIMIT %s)
    UNION ALL
    (SELECT DISTINCT a.tenant, s.account, false, s.attempts, s.failing_since, s.next_at
        FROM calendar_pushes p JOIN account_states s ON s.account = p.account AND s.attempts = 0
        JOIN accounts a ON a.id = s.account AND a.suspended IS NULL
        WHERE p.account <> ALL(%s) LIMIT %s)
)
SELECT tenant, account, bool_or(pull), attempts,
    coalesce(extract(epoch FROM now() - failing_since), 0)::float
FROM due GROUP BY tenant, account, attempts, failing_since, next_at ORDER BY next_at
"""

FIGURES = """
SELECT (SELECT count(*) FROM calendar_pushes),
    coalesce((SELECT extract(epoch FROM now() - min(noted_at)) FROM calendar_pushes), 0),
    coalesce(extract(epoch FROM now() - min(coalesce(s.last_success, a.created_at))), 0),
    (SELECT count(*) FROM calendar_channels WHERE expires_at > now())
FROM accounts a JOIN account_states s ON s.account = a.id WHERE a.suspended IS NULL
"""

MOST = 100
"""Accounts that are found due at once."""


class Due(NamedTuple):
    """`pull` is False where only waiting meetings are to be written; `attempts` are the visits in a
    row that failed, and `failing` the seconds since the first of them."""

    tenant: str
    account: UUID
    pull: bool
    attempts: int
    failing: float


class Figures(NamedTuple):
    """Meetings that wait to be written, the seconds for which the first one waits, the longest
    time in seconds since an account was read, and the channels on which services send notices."""

    waiting: int
    waiting_seconds: float
    unread_seconds: float
    channels: int


async def due(fetch: Fetch, busy: Collection[UUID]) -> list[Due]:
    """Accounts that are due, but those that are busy; the longest due come first."""
    rows = await fetch(DUE, (list(busy), MOST) * 2)
    return [Due(*row) for row in rows]


async def figures(fetch: Fetch) -> Figures:
    ((waiting, waiting_seconds, unread_seconds, channels),) = await fetch(FIGURES, ())
    return Figures(waiting, float(waiting_seconds), float(unread_seconds), channels)
