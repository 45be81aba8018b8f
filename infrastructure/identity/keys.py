"""Where the keys come from that tokens are verified with, and what each of them may verify.

A key is tied to its algorithms here, where its type is known. What a token's header says can
only choose among them, so that a public key never ends up as the secret of an HMAC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SHORTEST_SECRET = 32
"""Bytes: as long as the output of SHA-256 (RFC 7518, section 3.2)."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key, and the JWS algorithms it may be used with."""

    key: Any
    """As PyJWT takes it: the bytes of a secret, or a public key of `cryptography`."""

    algorithms: frozenset[str]

    kid: str | None = None
    """The issuer's name for it; None where keys have no names."""


class KeySource(Protocol):
    """The keys that are valid now."""

    @property
    def generation(self) -> int:
        """Another number whenever the keys have changed; read on every request."""

    async def candidates(self, algorithm: str, kid: str | None) -> Sequence[VerificationKey]:
        """The keys that may have signed a token whose header says so; none if none is known.

        Raises IdentityUnavailable if they can't be had.
        """


class SharedSecrets:
    """HS256 secrets that issuer and kith share: for development, and for tokens of our own.

    Each of them verifies. To rotate, put the new one beside the old one, and take the old one
    away when the last token made with it has expired. Raises ValueError for a short secret.
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
