"""The parts of an Authorization header that are read before anything in it is verified.

The front door needs the `contract` claim to choose the contract that answers. An attacker may write
what they like there: the header is bounded, and the claim isn't trusted.
"""

import base64
import json
from functools import lru_cache

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


def malformed() -> InvalidToken:
    """The error for everything that isn't a signed JSON Web Token."""
    return InvalidToken("The token is malformed.")


@lru_cache(maxsize=1024)
def unverified_contract(authorization: str | None) -> str | None:
    """The `contract` claim of an unverified token, for routing and nothing else.

    None if there is none or the token is unreadable: the contract that answers then verifies the
    token and names its fault. Never raises.
    """
    try:
        part = bearer_token(authorization).split(".")[1]
        decoded = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        claims = json.loads(decoded)
        return contract_of(claims) if isinstance(claims, dict) else None
    # Numbers of thousands of digits are ValueErrors; 8 KB of brackets exhaust the parser.
    except (InvalidToken, ValueError, RecursionError):
        return None
