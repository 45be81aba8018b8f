"""The check of every token that comes in, in front of every request.

A token that was verified is remembered, within limits: until it expires, until the keys change, and
never for longer than `RECHECK_AFTER`, so that the withdrawal of a key takes effect for tokens that
are in use.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from application.context import Principal
from infrastructure.identity.bearer import bearer_token, malformed
from infrastructure.identity.claims import principal_of
from infrastructure.identity.errors import InvalidToken
from infrastructure.identity.keys import KeySource

LEEWAY = 10.0
"""Seconds by which the issuer's clock and ours may differ, at `exp` and at `nbf`."""

RECHECK_AFTER = 300.0
"""Seconds after which a remembered token is verified again."""

REMEMBERED = 4096
"""Tokens, of 8 KB at most; the least recently used is forgotten first."""

# Times are checked here, because PyJWT takes texts and booleans for times, fails at infinity, and
# reads no clock but the system's. `iat` alone proves nothing, and a number may be a subject.
_OPTIONS: Any = {
    "require": ["exp", "iss", "aud"],
    **{f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "sub", "jti")},
}


class TokenVerifier:
    """Turns an Authorization header into a principal: issuer, audience and keys are pinned."""

    def __init__(
        self,
        keys: KeySource,
        *,
        issuer: str,
        audience: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._jwt = jwt.PyJWT(_OPTIONS)
        self._generation = keys.generation
        self._remembered: OrderedDict[str, tuple[Principal, float]] = OrderedDict()

    def cached(self, authorization: str | None) -> Principal | None:
        """The principal of a header that was verified lately, else None: call `verify` then.

        Never waits, and takes about half a microsecond, because every request calls it.
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
        """The principal of a header. Raises InvalidToken and IdentityUnavailable."""
        principal = self.cached(authorization)
        if principal is None:
            claims = await self._signed_claims(bearer_token(authorization))
            self._check_times(claims)
            principal = principal_of(claims)
            self._remember(str(authorization), principal)
        return principal

    async def _signed_claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that is signed by one of our keys, for us, by our issuer."""
        try:
            header = jwt.get_unverified_header(token)
        # Thousands of brackets exhaust the parser of JSON.
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise malformed() from None
        algorithm = header.get("alg")
        if not isinstance(algorithm, str):
            raise malformed()
        keys = await self._keys.candidates(algorithm, header.get("kid"))
        if not keys:
            raise InvalidToken("The token is not signed with a key and algorithm accepted here.")
        for key in keys:
            try:
                return self._jwt.decode(
                    token,
                    key.key,
                    sorted(key.algorithms),
                    audience=self._audience,
                    issuer=self._issuer,
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.MissingRequiredClaimError as error:
                raise InvalidToken(f"The token has no {error.claim} claim.") from None
            except jwt.InvalidIssuerError:
                raise InvalidToken("The token is from another issuer.") from None
            except jwt.InvalidAudienceError:
                raise InvalidToken("The token is for another audience.") from None
            except (jwt.PyJWTError, ValueError, RecursionError):
                raise malformed() from None
        raise InvalidToken("The token's signature does not verify.")

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        if now >= _instant(claims, "exp") + LEEWAY:
            raise InvalidToken("The token has expired.")
        if claims.get("nbf") is not None and now < _instant(claims, "nbf") - LEEWAY:
            raise InvalidToken("The token is not valid yet.")

    def _forget(self) -> None:
        self._remembered.clear()
        self._generation = self._keys.generation

    def _remember(self, authorization: str, principal: Principal) -> None:
        # Nothing was awaited since the keys were handed over, so they are those of now.
        if self._generation != self._keys.generation:
            self._forget()
        good_until = min(principal.expires_at + LEEWAY, self._clock() + RECHECK_AFTER)
        self._remembered[authorization] = (principal, good_until)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)


def _instant(claims: Mapping[str, Any], claim: str) -> float:
    """The claim in seconds since 1970."""
    value = claims[claim]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidToken(f"The token's {claim} claim is not a number.")
    try:
        seconds = float(value)
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds):
        raise InvalidToken(f"The token's {claim} claim is out of range.")
    return seconds
