"""Consents that users have begun: a state is good once, for some minutes, and for its user alone.

The service sends the state back by any browser that it was given to. A link sent to a victim
would else bring the victim's calendar into the account of its sender.
"""

from hashlib import sha256
from uuid import UUID

from application.consenting import Begun
from infrastructure.oauth.consent import new_secret
from infrastructure.sealing.keys import Keys
from projections.paging import Fetch

MINUTES = 15
"""Minutes for which a state is good."""

MOST = 20
"""Consents that one user has begun at a time; the oldest is forgotten."""

OWNER = "consent"

BEGIN = """
INSERT INTO begun_consents (state, tenant, user_id, service, account, verifier)
VALUES (%s, %s, %s, %s, %s, %s) RETURNING state
"""

FORGET = f"""
DELETE FROM begun_consents WHERE begun_at < now() - interval '{MINUTES} minutes'
OR state IN (SELECT state FROM begun_consents WHERE tenant = %s AND user_id = %s
    ORDER BY begun_at DESC OFFSET {MOST})
RETURNING state
"""

TAKE = f"""
DELETE FROM begun_consents WHERE state = %s AND tenant = %s AND user_id = %s
AND begun_at >= now() - interval '{MINUTES} minutes'
RETURNING service, account, verifier
"""


class BegunConsents:
    """The port of that name. All methods raise psycopg.Error and PoolTimeout."""

    def __init__(self, fetch: Fetch, keys: Keys):
        self._fetch = fetch
        self._keys = keys

    async def begin(
        self, tenant: str, user: str, service: str, account: UUID | None
    ) -> tuple[str, str]:
        """A new state and its verifier. Raises NoSecretKeys."""
        state, verifier = new_secret(), new_secret()
        digest = _digest(state)
        sealed = self._keys.seal(verifier, tenant, OWNER, digest.hex())
        await self._fetch(BEGIN, (digest, tenant, user, service, account, sealed))
        await self._fetch(FORGET, (tenant, user))
        return state, verifier

    async def take(self, tenant: str, user: str, state: str) -> Begun | None:
        """The beginning that the state stands for; the state is good no longer. None for a state
        of another user, and for one that was taken or is too old. Raises Unopened."""
        digest = _digest(state)
        rows = await self._fetch(TAKE, (digest, tenant, user))
        if not rows:
            return None
        ((service, account, sealed),) = rows
        return Begun(service, account, self._keys.open(sealed, tenant, OWNER, digest.hex()))


def _digest(state: str) -> bytes:
    return sha256(state.encode("utf-8", "surrogatepass")).digest()
