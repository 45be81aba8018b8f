"""Keys that seal values with AES-256-GCM (NIST SP 800-38D), and open them.

A value is sealed for a place: its tenant, its owner and its name are authenticated with it, so that
one that was moved to another row doesn't open. The sealed form names its key and is text:
`sealed:KEY:BASE64`, of a random nonce of 12 bytes, the ciphertext and its tag of 16 bytes.
"""

import base64
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infrastructure.sealing.errors import NoSecretKeys, Unopened

KEY_BYTES = 32
NONCE_BYTES = 12

SEALED = "sealed:"
"""The beginning of every sealed value, and of no plain one."""


class Keys:
    """Keys by their ids. The first seals, each opens what it has sealed."""

    def __init__(self, keys: Iterable[tuple[str, bytes]] = ()):
        self._ciphers: dict[str, AESGCM] = {}
        for identity, key in keys:
            self._ciphers.setdefault(identity, AESGCM(key))

    def __bool__(self) -> bool:
        return bool(self._ciphers)

    def __contains__(self, identity: str) -> bool:
        return identity in self._ciphers

    def require(self) -> None:
        """Raises NoSecretKeys if nothing can be sealed."""
        if not self:
            raise NoSecretKeys

    @property
    def prefix(self) -> str:
        """The beginning of what is sealed now. Raises NoSecretKeys."""
        for identity in self._ciphers:
            return f"{SEALED}{identity}:"
        raise NoSecretKeys

    def seal(self, value: str, tenant: str, owner: str, name: str) -> str:
        """Raises NoSecretKeys."""
        prefix = self.prefix
        nonce = os.urandom(NONCE_BYTES)
        cipher = next(iter(self._ciphers.values()))
        sealed = cipher.encrypt(nonce, value.encode(), _place(tenant, owner, name))
        return prefix + base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, tenant: str, owner: str, name: str) -> str:
        """Raises Unopened."""
        if not sealed.startswith(SEALED):
            raise Unopened(f"The secret {name} isn't sealed.")
        identity, _, text = sealed.removeprefix(SEALED).partition(":")
        cipher = self._ciphers.get(identity)
        if cipher is None:
            raise Unopened(f"The secret {name} needs the key {identity}, which isn't here.")
        try:
            content = base64.b64decode(text, validate=True)
            place = _place(tenant, owner, name)
            return cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], place).decode()
        except (ValueError, InvalidTag):
            detail = f"The secret {name} doesn't open: it was changed, or isn't {owner}'s."
            raise Unopened(detail) from None


def is_sealed(value: str) -> bool:
    return value.startswith(SEALED)


def _place(tenant: str, owner: str, name: str) -> bytes:
    """The additional data. Neither a tenant nor an owner contains the separator."""
    return f"{tenant}|{owner}|{name}".encode()
