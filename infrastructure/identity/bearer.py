"""What can be read from an Authorization header before anything in it is proven.

The verifier needs the token's header to choose a key, and the root application needs the
`contract` claim to choose who answers. Both are an attacker's to write: bounded, never trusted.
"""

import base64
import json
from functools import lru_cache
from typing import Any

from infrastructure.identity.claims import contract_of
from infrastructure.identity.errors import InvalidToken

LONGEST_HEADER = 8192
"""Characters of the Authorization header; a longer one is refused unread."""


def bearer_token(authorization: str | None) -> str:
    """The token in `Bearer <token>`, the scheme in any case. Raises InvalidToken."""
    if not authorization:
        raise InvalidToken("The request carries no bearer token.")
    if len(authorization) > LONGEST_HEADER:
        raise InvalidToken("The Authorization header is too long.")
    scheme, _, token = authorization.partition(" ")
    token = token.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("The Authorization header holds no bearer token.")
    if not token.isascii() or token.count(".") != 2:
        raise malformed()
    return token


def unverified_header(token: str) -> dict[str, Any]:
    """The token's first part: which key and algorithm it says it was signed with."""
    return _object(token.split(".", 1)[0])


def claims_from(payload: bytes) -> dict[str, Any]:
    """The claims in a token's decoded second part. Raises InvalidToken."""
    try:
        claims = json.loads(payload)
    # Numbers of thousands of digits are ValueErrors; 8 KB of brackets exhaust the parser.
    except (ValueError, RecursionError):
        raise malformed() from None
    if not isinstance(claims, dict):
        raise malformed()
    return claims


def malformed() -> InvalidToken:
    """The one answer to everything that isn't a signed JSON Web Token."""
    return InvalidToken("The token is malformed.")


def unverified_contract(authorization: str | None) -> str | None:
    """The `contract` claim of a token nobody has verified, for routing and nothing else.

    None if there is none or the token is unreadable: whoever answers then verifies it again,
    and says what is wrong with it. Never raises.
    """
    if authorization is None or len(authorization) > LONGEST_HEADER:
        return None
    return _claimed_contract(authorization)


@lru_cache(maxsize=1024)
def _claimed_contract(authorization: str) -> str | None:
    try:
        return contract_of(_object(bearer_token(authorization).split(".")[1]))
    except InvalidToken:
        return None


def _object(part: str) -> dict[str, Any]:
    try:
        decoded = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise malformed() from None
    return claims_from(decoded)
