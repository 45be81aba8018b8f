"""The keys that verify tokens, and the algorithms of each.

A key is bound to its algorithms where its type is known. The header of a token only chooses among
them, so a public key is never used as the secret of an HMAC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SHORTEST_SECRET = 32
"""Bytes: as long as the output of SHA-256 (RFC 7518, section 3.2)."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key, and the JWS algorithms that it may verify."""

    key: Any
    """As PyJWT takes it: the bytes of a secret, or a public key of `cryptography`."""

    algorithms: frozenset[str]

    kid: str | None = None
    """The issuer's name for it; None where keys have no names."""


class KeySource(Protocol):
    """The keys that are valid now."""

    @property
    def generation(self) -> int:
        """A number that changes with the keys; read on every request."""

    async def candidates(self, algorithm: str, kid: str | None) -> Sequence[VerificationKey]:
        """The keys that may have signed a token with this header.

        Raises IdentityUnavailable if they are out of reach.
        """


class SharedSecrets:
    """HS256 secrets that the issuer and kith share, for development and for tokens of our own.

    Each of them verifies, so that secrets can be rotated: the old one is removed when the last
    token signed with it has expired. Raises ValueError for a short secret.
    """

    generation = 0

    def __init__(self, *secrets: str) -> None:
        if not secrets:
            raise ValueError("At least one shared secret is needed to verify tokens.")
        self._keys = tuple(
            VerificationKey(secret_bytes(secret), frozenset({"HS256"})) for secret in secrets
        )

    async def candidates(self, algorithm: str, kid: str | None) -> Sequence[VerificationKey]:
        return self._keys if algorithm == "HS256" else ()


def secret_bytes(secret: str) -> bytes:
    """The secret as key of an HMAC. Raises ValueError if it is shorter than 32 bytes."""
    encoded = secret.encode()
    if len(encoded) < SHORTEST_SECRET:
        raise ValueError(f"A shared secret has at least {SHORTEST_SECRET} bytes.")
    return encoded
