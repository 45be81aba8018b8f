"""Tokens signed with the shared secret, for development and for tests.

In production an OIDC issuer signs tokens, and kith verifies them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from infrastructure.identity.bearer import LONGEST_HEADER
from infrastructure.identity.claims import principal_of
from infrastructure.identity.errors import InvalidToken

DEFAULT_LIFETIME = timedelta(days=30)


def mint_token(
    secret: str,
    *,
    issuer: str,
    audience: str,
    user: str,
    permissions: Iterable[str],
    tenant: str | None = None,
    name: str | None = None,
    contract: str | None = None,
    sites: Iterable[str] | None = None,
    lifetime: timedelta = DEFAULT_LIFETIME,
) -> str:
    """A bare token, valid for `lifetime` from now; expired if that is negative.

    A name of several words is split into given and family name, the last word being the family's.
    Raises ValueError, with a sentence for the user, for anything that the
    verifier would refuse, and OverflowError for a lifetime beyond the calendar.
    """
    given_name, family_name = _split(name) if name else (None, None)
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "sub": user,
        "name": name,
        "given_name": given_name,
        "family_name": family_name,
        "tenant": tenant,
        "permissions": list(permissions),
        "contract": contract,
        "sites": None if sites is None else list(sites),
    }
    claims = {claim: value for claim, value in claims.items() if value is not None}
    try:
        principal_of(claims)
    except InvalidToken as error:
        raise ValueError(str(error)) from None
    token = jwt.encode(claims, secret, algorithm="HS256")
    if len(f"Bearer {token}") > LONGEST_HEADER:
        raise ValueError(
            f"The token would be too long: with its scheme it has up to {LONGEST_HEADER} "
            "characters. Choose a shorter name, or fewer permissions or sites."
        )
    return token


def _split(name: str) -> tuple[str, str | None]:
    given, _, family = name.strip().rpartition(" ")
    return (given.strip(), family) if given else (family, None)
