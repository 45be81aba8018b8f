"""An issuer of tokens on this machine, and a verifier that trusts it."""

import pytest

from infrastructure.identity.jwks import JwksKeys
from infrastructure.identity.verifier import TokenVerifier
from tests.infrastructure.identity.issuer import NOW, Issuer


@pytest.fixture
def issuer(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Issuer()
    yield server
    server.close()


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(issuer, clock):
    return JwksKeys(issuer.url, timeout=60, clock=clock)


@pytest.fixture
def tokens(keys):
    return TokenVerifier(keys, issuer="https://id", audience="kith", clock=lambda: NOW)
