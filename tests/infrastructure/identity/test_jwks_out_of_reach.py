"""What happens when an issuer's keys can't be had."""

import pytest

from infrastructure.identity.errors import IdentityUnavailable
from infrastructure.identity.jwks import JwksKeys
from infrastructure.identity.verifier import TokenVerifier
from tests.infrastructure.identity.issuer import bearer

pytestmark = pytest.mark.anyio


async def unavailable(tokens):
    with pytest.raises(IdentityUnavailable) as failure:
        await tokens.verify(bearer())
    assert "127.0.0.1" not in failure.value.reason
    return failure.value.retry_after


async def test_an_issuer_that_refuses_connections_is_unavailable_and_tried_again(
    issuer, tokens, clock
):
    issuer.status = 503
    assert await unavailable(tokens) == 10
    clock.now += 4
    assert await unavailable(tokens) == 6
    assert issuer.requests == 1, "one try in a pause"
    issuer.status = 200
    clock.now += 6

    assert (await tokens.verify(bearer())).user == "u"


async def test_nobody_there_at_all_is_unavailable(issuer, clock):
    issuer.close()
    keys = JwksKeys(issuer.url, clock=clock)

    await unavailable(TokenVerifier(keys, issuer="https://id", audience="kith"))


async def test_an_issuer_that_hangs_is_unavailable_after_the_timeout(issuer, clock):
    issuer.gate.clear()
    keys = JwksKeys(issuer.url, timeout=0.1, clock=clock)

    await unavailable(TokenVerifier(keys, issuer="https://id", audience="kith"))


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


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://host/keys", "https://", "keys"])
def test_keys_come_over_http(url):
    with pytest.raises(ValueError, match="http or https"):
        JwksKeys(url)
