"""An issuer whose keys can't be fetched."""

import os
import time

import pytest

from infrastructure.identity.errors import IdentityUnavailable
from infrastructure.identity.jwks import JwksKeys
from infrastructure.identity.verifier import TokenVerifier
from tests.infrastructure.identity.issuer import NOW, bearer
from tests.infrastructure.outside.raw import once, sending

pytestmark = pytest.mark.anyio


async def unavailable(tokens):
    with pytest.raises(IdentityUnavailable) as failure:
        await tokens.verify(bearer())
    assert "127.0.0.1" not in str(failure.value)


async def test_an_issuer_that_refuses_connections_is_unavailable_and_tried_again(
    issuer, tokens, clock
):
    issuer.status = 503
    await unavailable(tokens)
    clock.now += 4
    await unavailable(tokens)
    assert issuer.requests == 1, "one try in a pause"
    issuer.status = 200
    clock.now += 6

    assert (await tokens.verify(bearer())).user == "u"


async def test_an_absent_issuer_is_unavailable(issuer, clock):
    issuer.close()
    keys = JwksKeys(issuer.url, clock=clock)

    await unavailable(TokenVerifier(keys, issuer="https://id", audience="kith"))


async def test_an_issuer_that_hangs_is_unavailable_after_the_timeout(issuer, clock):
    issuer.gate.clear()
    keys = JwksKeys(issuer.url, timeout=0.1, clock=clock)

    await unavailable(TokenVerifier(keys, issuer="https://id", audience="kith"))


async def test_an_issuer_whose_answer_never_ends_leaves_nothing_behind(issuer, clock):
    keys = JwksKeys(issuer.url, timeout=0.3, clock=clock)
    tokens = TokenVerifier(keys, issuer="https://id", audience="kith", clock=lambda: NOW)
    issuer.trickles = True
    for _ in range((os.cpu_count() or 1) + 5):  # one more than the event loop has threads
        await unavailable(tokens)
        clock.now += 60
    for _ in range(issuer.requests):
        assert issuer.hung_up.acquire(timeout=60), "the connection is still open"
    issuer.trickles = False
    clock.now += 60
    keys._timeout = 60

    assert (await tokens.verify(bearer())).user == "u"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"\xff",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": []}',
        b'{"keys": [1, null]}',
        b"[" * 100_000,
        b" " * 1_000_001,
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_an_answer_that_holds_no_keys_is_unavailable(issuer, tokens, body):
    issuer.body = body

    await unavailable(tokens)


async def test_a_redirect_is_not_followed(issuer, tokens):
    issuer.status, issuer.location = 302, issuer.url

    await unavailable(tokens)
    assert issuer.requests == 1


async def test_a_proxy_that_the_environment_names_is_asked(issuer, clock, monkeypatch):
    monkeypatch.setenv("http_proxy", issuer.url.removesuffix("/jwks.json").replace("//", "//u:p@"))
    keys = JwksKeys("http://id.example/jwks.json", timeout=60, clock=clock)
    tokens = TokenVerifier(keys, issuer="https://id", audience="kith", clock=lambda: NOW)

    assert (await tokens.verify(bearer())).user == "u"
    ((path, headers),) = issuer.asked
    assert path == "http://id.example/jwks.json"
    assert headers["Proxy-Authorization"] == "Basic dTpw"


@pytest.mark.parametrize("trusted", [True, False])
async def test_an_https_issuer_is_believed_only_with_a_trusted_certificate(
    issuer, clock, monkeypatch, tmp_path, trusted
):
    own = issuer.by_tls(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
    keys = JwksKeys(issuer.url, timeout=60, clock=clock)
    tokens = TokenVerifier(keys, issuer="https://id", audience="kith", clock=lambda: NOW)
    if trusted:
        assert (await tokens.verify(bearer())).user == "u"
    else:
        await unavailable(tokens)
        assert issuer.requests == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b" " * 60_000 + b"\x01\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 3_000_000,
    ],
    ids=["spaces", "fields", "body"],
)
async def test_an_answer_that_costs_more_than_its_bytes_is_unavailable_soon(clock, answer):
    with sending(once(answer)) as server:
        tokens = TokenVerifier(
            JwksKeys(server.url, timeout=60, clock=clock), issuer="https://id", audience="kith"
        )
        began = time.process_time()
        await unavailable(tokens)
        assert time.process_time() - began < 5


async def test_a_proxy_is_asked_to_connect_on_to_an_https_issuer(clock, monkeypatch):
    asked = []

    def refusing(connection):
        asked.append(True)
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    with sending(refusing) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        keys = JwksKeys("https://id.example/jwks.json", timeout=60, clock=clock)
        await unavailable(TokenVerifier(keys, issuer="https://id", audience="kith"))
    assert asked
