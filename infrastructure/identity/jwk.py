"""The keys of a JSON Web Key Set, each with the algorithms that it may verify.

A key of an unknown kind or for another use is left out, so that an issuer can add new kinds.
PyJWKSet isn't used because it takes symmetric keys and short RSA keys, and reads an RSA key without
an `alg` as one for RS256 alone.
"""

import json
import logging
from typing import Any

from jwt import PyJWK, PyJWTError

from infrastructure.identity.keys import VerificationKey

log = logging.getLogger(__name__)

MOST_KEYS = 100
"""Keys of a set. A token that names none is tried with each."""

SHORTEST_RSA = 2048
"""Bits (RFC 7518, section 3.3)."""

_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
# An elliptic curve has one algorithm (RFC 7518, section 3.4, and RFC 8037).
_CURVES = {
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
}
# A private key published by accident is used as the public one that it contains.
_PUBLIC_MEMBERS = ("kty", "n", "e", "crv", "x", "y")


def usable_keys(document: bytes) -> tuple[VerificationKey, ...]:
    """The keys of this set that verify signatures. Raises ValueError if there are none, or too
    many."""
    content = json.loads(document)
    listed = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise ValueError("this is not a JSON Web Key Set")
    if len(listed) > MOST_KEYS:
        raise ValueError(f"the set has more than {MOST_KEYS} keys")
    keys = tuple(key for entry in listed if (key := _usable_key(entry)) is not None)
    if not keys:
        raise ValueError("no key in the set can verify a signature")
    return keys


def _usable_key(entry: Any) -> VerificationKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    algorithms = _algorithms(entry)
    kid = entry.get("kid")
    if not algorithms or not (kid is None or isinstance(kid, str)):
        return None
    public = {name: entry[name] for name in _PUBLIC_MEMBERS if name in entry}
    try:
        key = PyJWK(public, next(iter(algorithms))).key
    # A key with an invalid number, whatever the library raises for it, is left out.
    except (PyJWTError, ValueError, TypeError, KeyError) as error:
        log.warning("A key of the issuer can't be read: %s", type(error).__name__)
        return None
    if entry["kty"] == "RSA" and key.key_size < SHORTEST_RSA:
        log.warning("A key of the issuer is not used: RSA with %s bits", key.key_size)
        return None
    return VerificationKey(key, algorithms, kid)


def _algorithms(entry: dict[str, Any]) -> frozenset[str]:
    kind, curve, stated = entry.get("kty"), entry.get("crv"), entry.get("alg")
    if kind == "RSA":
        possible = _RSA
    elif isinstance(kind, str) and isinstance(curve, str):
        possible = _CURVES.get((kind, curve), frozenset())
    else:
        possible = frozenset()
    if stated is None:
        return possible
    return frozenset(name for name in possible if name == stated)
