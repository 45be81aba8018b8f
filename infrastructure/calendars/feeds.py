"""The feeds to which calendars subscribe, and the secrets in their addresses.

A secret is 256 random bits, and is kept as its SHA-256: a lookup compares digests, whose order
tells nothing about the secrets, so its time gives none away. A revoked feed stays as a row, for
later questions about its user.
"""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch

MOST = 20
"""Feeds of a user that aren't revoked."""

MOST_LISTED = 1_000
"""Feeds of a list, the newest."""

BITS = 256

COLUMNS = "id, user_id, user_name, created_at, revoked_at, revoked_by"
ADD = f"""
INSERT INTO calendar_feeds (id, tenant, user_id, user_name, digest)
SELECT %s, %s, %s, %s, %s WHERE (
    SELECT count(*) FROM calendar_feeds WHERE tenant = %s AND user_id = %s AND revoked_at IS NULL
) < {MOST}
ON CONFLICT (id) DO NOTHING RETURNING {COLUMNS}
"""
ONE = f"SELECT {COLUMNS} FROM calendar_feeds WHERE tenant = %s AND id = %s"
EVERY = f"""
SELECT {COLUMNS} FROM calendar_feeds
WHERE tenant = %s AND (%s OR user_id = %s AND revoked_at IS NULL)
ORDER BY created_at DESC, id DESC LIMIT {MOST_LISTED}
"""
REVOKE = f"""
UPDATE calendar_feeds SET revoked_at = now(), revoked_by = %s
WHERE tenant = %s AND id = %s AND revoked_at IS NULL RETURNING {COLUMNS}
"""
READ_BY = "SELECT tenant, user_id FROM calendar_feeds WHERE digest = %s AND revoked_at IS NULL"


class Feed(NamedTuple):
    """`revoked_by` is the id of the user who revoked it."""

    id: UUID
    user_id: str
    user_name: str
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


class Reader(NamedTuple):
    """The user whose meetings a feed shows."""

    tenant: str
    user_id: str


class TooManyFeeds(Exception):
    """The user has as many feeds as they may have."""


class Feeds:
    """All methods raise psycopg.Error and PoolTimeout."""

    def __init__(self, fetch: Fetch):
        self._fetch = fetch

    async def add(
        self, identity: UUID, tenant: str, user: str, name: str
    ) -> tuple[Feed, str | None]:
        """A new feed and its secret, which is told this once; without it, the feed that has this
        id already. Raises TooManyFeeds."""
        secret = secrets.token_urlsafe(BITS // 8)
        values = (identity, tenant, user, name, _digest(secret), tenant, user)
        if rows := await self._fetch(ADD, values):
            return Feed._make(rows[0]), secret
        found = await self.one(tenant, identity)
        if found is None:
            raise TooManyFeeds
        return found, None

    async def one(self, tenant: str, identity: UUID) -> Feed | None:
        rows = await self._fetch(ONE, (tenant, identity))
        return Feed._make(rows[0]) if rows else None

    async def every(self, tenant: str, user: str, *, everybodys: bool = False) -> list[Feed]:
        """A user's feeds, the newest first; with `everybodys` all of the tenant, revoked ones
        among them."""
        return [Feed._make(row) for row in await self._fetch(EVERY, (tenant, everybodys, user))]

    async def revoke(self, tenant: str, identity: UUID, by: str) -> None:
        """End a feed; one that has ended stays as it was."""
        await self._fetch(REVOKE, (by, tenant, identity))

    async def reader(self, secret: str) -> Reader | None:
        """The user of the feed with this secret, None for a secret that opens nothing."""
        rows = await self._fetch(READ_BY, (_digest(secret),))
        return Reader._make(rows[0]) if rows else None


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
