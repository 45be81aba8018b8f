"""Who sends this request: the check of every token that comes in.

It stands in front of every request, so a token that was verified is remembered, within limits:
until it expires, until the keys change, and never for longer than `RECHECK_AFTER`, so that a
key's withdrawal is noticed although all who call are known.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from jwt import InvalidSignatureError, PyJWS, PyJWTError

from application.context import Principal
from infrastructure.identity.bearer import bearer_token, claims_from, malformed, unverified_header
from infrastructure.identity.claims import principal_of
from infrastructure.identity.errors import InvalidToken
from infrastructure.identity.keys import KeySource

LEEWAY = 10.0
"""Seconds by which the issuer's clock and ours may differ, at `exp` and at `nbf`."""

RECHECK_AFTER = 300.0
"""Seconds after which a remembered token is verified again."""

REMEMBERED = 4096
"""Tokens, of 8 KB at most; the ones unused for longest are forgotten first."""


class TokenVerifier:
    """Turns an Authorization header into a principal: issuer, audience and keys are pinned."""

    def __init__(
        self,
        keys: KeySource,
        *,
        issuer: str,
        audience: str,
        leeway: float = LEEWAY,
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway
        self._capacity = remembered
        self._clock = clock
        self._jws = PyJWS()
        self._generation = keys.generation
        self._remembered: OrderedDict[str, tuple[Principal, float]] = OrderedDict()

    def cached(self, authorization: str | None) -> Principal | None:
        """The principal of a header that was verified lately, else None: ask `verify` then.

        Never waits, for it is asked on every request: about half a microsecond.
        """
        if self._generation != self._keys.generation:
            self._forget()
        known = self._remembered.get(authorization)  # type: ignore[arg-type]
        if known is None:
            return None
        principal, good_until = known
        if self._clock() >= good_until:
            self._remembered.pop(authorization, None)  # type: ignore[arg-type]
            return None
        self._remembered.move_to_end(authorization)  # type: ignore[arg-type]
        return principal

    async def verify(self, authorization: str | None) -> Principal:
        """Who sends this. Raises InvalidToken, or IdentityUnavailable if nobody can tell."""
        principal = self.cached(authorization)
        if principal is None:
            token = bearer_token(authorization)
            payload = await self._signed_payload(token)
            principal = self._principal(claims_from(payload))
            self._remember(str(authorization), principal)
        return principal

    async def _signed_payload(self, token: str) -> bytes:
        header = unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or not (kid is None or isinstance(kid, str)):
            raise malformed()
        keys = await self._keys.candidates(algorithm, kid)
        if not keys:
            raise InvalidToken("The token is not signed with a key and algorithm accepted here.")
        for key in keys:
            try:
                return bytes(self._jws.decode(token, key.key, algorithms=sorted(key.algorithms)))
            except InvalidSignatureError:
                continue
            except (PyJWTError, ValueError, RecursionError):
                raise malformed() from None
        raise InvalidToken("The token's signature does not verify.")

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        now = self._clock()
        expires = _instant(claims, "exp")
        if expires is None:
            raise InvalidToken("The token has no expiry.")
        if now >= expires + self._leeway:
            raise InvalidToken("The token has expired.")
        begins = _instant(claims, "nbf")
        if begins is not None and now < begins - self._leeway:
            raise InvalidToken("The token is not valid yet.")
        if claims.get("iss") != self._issuer:
            raise InvalidToken("The token is from another issuer.")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise InvalidToken("The token is for another audience.")
        return principal_of(claims)

    def _forget(self) -> None:
        self._remembered.clear()
        self._generation = self._keys.generation

    def _remember(self, authorization: str, principal: Principal) -> None:
        # Nothing was awaited since the keys were handed over, so they are those of now.
        if self._generation != self._keys.generation:
            self._forget()
        good_until = min(principal.expires_at + self._leeway, self._clock() + RECHECK_AFTER)
        self._remembered[authorization] = (principal, good_until)
        if len(self._remembered) > self._capacity:
            self._remembered.popitem(last=False)


def _instant(claims: Mapping[str, Any], claim: str) -> float | None:
    """The claim in seconds since 1970, None if it isn't there."""
    value = claims.get(claim)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidToken(f"The token's {claim} claim is not a number.")
    try:
        seconds = float(value)
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds):
        raise InvalidToken(f"The token's {claim} claim is out of range.")
    return seconds
