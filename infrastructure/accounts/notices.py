"""Notices of services that a calendar has changed. A notice wakes its account, and nothing in it is
believed: what has changed is asked for.

Anybody may send one. It counts if it brings the token of a channel, and no answer tells a wrong
token from a channel that isn't there.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from projections.paging import Fetch

GATHER = 1.0
"""Seconds for which notices gather: those of that time lead to one look."""

FIND = "SELECT id, account, digest FROM calendar_channels WHERE id = ANY(%s)"

# An account that fails is looked at when its pause is over. A flood doesn't put its look off.
WAKE = """
UPDATE account_states
SET wake = true, next_at = least(next_at, now() + %s * interval '1 s')
WHERE account = %s AND attempts = 0
    AND NOT (wake AND next_at <= now() + %s * interval '1 s')
RETURNING account
"""


class Notices:
    """All methods raise psycopg.Error and PoolTimeout."""

    find_sql, wake_sql = FIND, WAKE
    """Replaced by the mutants of the tests."""

    def __init__(self, fetch: Fetch):
        self._fetch = fetch

    async def take(self, tokens: Mapping[UUID, str]) -> bool:
        """Have the accounts of channels looked at soon; False if none of the tokens is its
        channel's."""
        rows = await self._fetch(self.find_sql, (list(tokens),))
        meant = {
            account
            for channel, account, kept in rows
            if hmac.compare_digest(digest(tokens[channel]), kept)
        }
        for account in meant:
            await self._fetch(self.wake_sql, (GATHER, account, GATHER))
        return bool(meant)


def digest(token: str) -> bytes:
    """The form in which a token is kept."""
    return sha256(token.encode("utf-8", "surrogateescape")).digest()
