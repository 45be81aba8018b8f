"""The address where a user consents: authorization code with PKCE (RFC 6749, 4.1; RFC 7636)."""

import base64
import secrets
from hashlib import sha256
from urllib.parse import urlencode

from infrastructure.oauth.providers import Provider

RANDOM_BYTES = 32


def new_secret() -> str:
    """A code verifier, or a state: 43 characters of base64url, 256 bits."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_url(provider: Provider, redirect_uri: str, state: str, verifier: str) -> str:
    """The address to send the user's browser to. The verifier stays here."""
    asked = {
        "client_id": provider.client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        **provider.consent,
    }
    return f"{provider.authorize}?{urlencode(asked)}"
