"""The keys that verify tokens, and the algorithms of each.

A key is bound to its algorithms where its type is known. The header of a token only chooses among
them, so a public key is never used as the secret of an HMAC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key, and the JWS algorithms that it may verify."""

    key: Any
    """As PyJWT takes it: a secret, or a public key of `cryptography`."""

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


class SharedSecret:
    """The HS256 secret that the issuer and kith share, for development and for tokens of our
    own."""

    generation = 0

    def __init__(self, secret: str) -> None:
        self._keys = (VerificationKey(secret, frozenset({"HS256"})),)

    async def candidates(self, algorithm: str, kid: str | None) -> Sequence[VerificationKey]:
        return self._keys if algorithm == "HS256" else ()
