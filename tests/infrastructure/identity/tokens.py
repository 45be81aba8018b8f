"""Tokens for the tests, made by hand, since PyJWT won't sign what it finds wrong."""

import base64
import hashlib
import hmac
import json

from infrastructure.identity.keys import SharedSecret
from infrastructure.identity.verifier import TokenVerifier

SECRET = "a secret of more than thirty-two bytes"
OTHER_SECRET = "another one of more than thirty-two bytes"
NOW = 1_800_000_000.0


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


def claims(**changed):
    every = {
        "iss": "kith",
        "aud": "kith-api",
        "sub": "5",
        "tenant": "1",
        "permissions": ["view_contacts"],
        "exp": NOW + 3600,
    }
    return {claim: value for claim, value in (every | changed).items() if value is not ...}


def bearer(payload=None, *, secret=SECRET, algorithm="HS256", headers=None):
    """An Authorization header with this payload, signed with HMAC whatever it says."""
    header = {"typ": "JWT", "alg": algorithm} | (headers or {})
    parts = [json.dumps(header).encode()]
    parts.append(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    signed = ".".join(map(encoded, parts))
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"Bearer {signed}.{'' if algorithm == 'none' else encoded(digest)}"


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def verifier(*, clock=None):
    return TokenVerifier(
        SharedSecret(SECRET), issuer="kith", audience="kith-api", clock=clock or Clock()
    )
