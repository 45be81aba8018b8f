"""The keys of an issuer, fetched from a real server on this machine."""

import asyncio
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from infrastructure.identity.errors import IdentityUnavailable, InvalidToken
from infrastructure.identity.jwk import usable_keys
from infrastructure.identity.jwks import FETCH, JwksKeys
from infrastructure.identity.verifier import TokenVerifier

pytestmark = pytest.mark.anyio

NOW = 1_800_000_000.0
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def jwk(key, kid, **more):
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        members = RSAAlgorithm.to_jwk(public, as_dict=True)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        members = ECAlgorithm.to_jwk(public, as_dict=True)
    else:
        members = OKPAlgorithm.to_jwk(public, as_dict=True)
    return {**members, "kid": kid, **more}


def bearer(key=RSA_KEY, kid="one", algorithm="RS256", **changed):
    claims = {"iss": "https://id", "aud": "kith", "sub": "u", "exp": NOW + 86_400} | changed
    token = jwt.encode(claims, key, algorithm, headers={"kid": kid} if kid else None)
    return f"Bearer {token}"


class Issuer:
    """An HTTP server whose answer each test decides."""

    def __init__(self):
        self.keys = [jwk(RSA_KEY, "one")]
        self.status = 200
        self.body: bytes | None = None
        self.location: str | None = None
        self.requests = 0
        self.gate = threading.Event()
        self.gate.set()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.requests += 1
                issuer.gate.wait(5)
                body = issuer.body or json.dumps({"keys": issuer.keys}).encode()
                self.send_response(issuer.status)
                if issuer.location:
                    self.send_header("Location", issuer.location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.gate.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


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
    return JwksKeys(issuer.url, timeout=2, clock=clock)


@pytest.fixture
def tokens(keys):
    return TokenVerifier(keys, issuer="https://id", audience="kith", clock=lambda: NOW)


async def test_a_token_of_the_issuer_is_believed(tokens):
    assert (await tokens.verify(bearer())).user == "u"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA_KEY, "RS256"),
        (RSA_KEY, "RS512"),
        (RSA_KEY, "PS256"),
        (EC_KEY, "ES256"),
        (ED_KEY, "EdDSA"),
    ],
)
async def test_every_asymmetric_kind_of_key_verifies_its_own_algorithms(
    issuer, tokens, key, algorithm
):
    issuer.keys = [jwk(RSA_KEY, "rsa"), jwk(EC_KEY, "ec"), jwk(ED_KEY, "ed")]
    kid = {RSA_KEY: "rsa", EC_KEY: "ec", ED_KEY: "ed"}[key]

    assert (await tokens.verify(bearer(key, kid, algorithm))).user == "u"
    assert (await tokens.verify(bearer(key, None, algorithm))).user == "u"


async def test_the_public_key_is_no_secret_of_an_hmac(tokens):
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    confused = jwt.PyJWS()
    confused.unregister_algorithm("HS256")
    confused.register_algorithm("HS256", _PlainHmac(jwt.algorithms.HMACAlgorithm.SHA256))
    payload = json.dumps({"iss": "https://id", "aud": "kith", "sub": "u", "exp": NOW + 60})
    forged = confused.encode(payload.encode(), public, "HS256", headers={"kid": "one"})

    with pytest.raises(InvalidToken, match="key and algorithm accepted here"):
        await tokens.verify(f"Bearer {forged}")


class _PlainHmac(jwt.algorithms.HMACAlgorithm):
    """Signs with anything, as an attacker's own program would."""

    def prepare_key(self, key):
        return key


async def test_a_key_that_states_its_algorithm_verifies_only_that(issuer, tokens):
    issuer.keys = [jwk(RSA_KEY, "one", alg="RS256")]

    assert (await tokens.verify(bearer(algorithm="RS256"))).user == "u"
    with pytest.raises(InvalidToken, match="key and algorithm accepted here"):
        await tokens.verify(bearer(algorithm="RS512"))


async def test_another_key_of_the_same_name_is_a_forgery(tokens):
    with pytest.raises(InvalidToken, match="signature"):
        await tokens.verify(bearer(OTHER_RSA_KEY))


async def test_the_keys_are_fetched_once_for_many(issuer, tokens):
    issuer.gate.clear()
    waiting = [asyncio.create_task(tokens.verify(bearer(sub=str(user)))) for user in range(20)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in waiting), "the event loop runs while they wait"
    issuer.gate.set()

    assert [principal.user for principal in await asyncio.gather(*waiting)] == [
        str(user) for user in range(20)
    ]
    assert issuer.requests == 1


async def test_one_who_gives_up_does_not_cancel_the_fetch_for_the_others(issuer, tokens):
    issuer.gate.clear()
    impatient = asyncio.create_task(tokens.verify(bearer(sub="impatient")))
    patient = asyncio.create_task(tokens.verify(bearer(sub="patient")))
    await asyncio.sleep(0.02)
    impatient.cancel()
    await asyncio.sleep(0.02)
    issuer.gate.set()

    assert (await patient).user == "patient"


async def test_an_unknown_key_name_fetches_the_keys_again(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.keys.append(jwk(OTHER_RSA_KEY, "two"))
    clock.now += 60

    assert (await tokens.verify(bearer(OTHER_RSA_KEY, "two"))).user == "u"
    assert issuer.requests == 2


async def test_unknown_key_names_fetch_at_most_once_in_a_pause(issuer, tokens, clock):
    await tokens.verify(bearer())
    clock.now += 60
    for number in range(20):
        with pytest.raises(InvalidToken, match="key and algorithm accepted here"):
            await tokens.verify(bearer(OTHER_RSA_KEY, f"made up {number}"))

    assert issuer.requests == 2


async def test_a_withdrawn_key_ends_what_was_remembered(issuer, tokens, clock):
    await tokens.verify(bearer())
    assert tokens.cached(bearer()) is not None
    issuer.keys = [jwk(OTHER_RSA_KEY, "two")]
    clock.now += 60
    await tokens.verify(bearer(OTHER_RSA_KEY, "two"))

    assert tokens.cached(bearer()) is None
    with pytest.raises(InvalidToken):
        await tokens.verify(bearer())


async def test_keys_that_did_not_change_leave_everything_remembered(issuer, tokens, clock):
    await tokens.verify(bearer())
    clock.now += 60
    with pytest.raises(InvalidToken):
        await tokens.verify(bearer(kid="made up"))

    assert issuer.requests == 2
    assert tokens.cached(bearer()) is not None


async def settled():
    """Waits until no fetch is under way behind the requests."""
    fetches = [task for task in asyncio.all_tasks() if task.get_name() == FETCH]
    await asyncio.wait_for(asyncio.gather(*fetches), 5)


async def test_old_keys_are_renewed_behind_the_requests(issuer, tokens, clock):
    await tokens.verify(bearer())
    clock.now += 301
    issuer.gate.clear()
    issuer.keys = [jwk(OTHER_RSA_KEY, "two")]

    assert (await tokens.verify(bearer(sub="does not wait"))).user == "does not wait"
    issuer.gate.set()
    await settled()
    assert (await tokens.verify(bearer(OTHER_RSA_KEY, "two"))).user == "u"


async def test_known_keys_serve_on_while_the_issuer_is_away(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.status = 500
    clock.now += 3600
    await tokens.verify(bearer(sub="another"))
    await settled()
    clock.now += 3600

    assert (await tokens.verify(bearer(sub="a third"))).user == "a third"


async def test_but_not_for_ever(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.status = 500
    clock.now += 86_401

    with pytest.raises(IdentityUnavailable):
        await tokens.verify(bearer(sub="another"))


async def test_an_unknown_key_name_while_the_issuer_is_away_is_nobodys_fault(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.status = 500
    clock.now += 60

    with pytest.raises(IdentityUnavailable):
        await tokens.verify(bearer(OTHER_RSA_KEY, "two"))


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


@pytest.mark.parametrize(
    "unusable",
    [
        {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "one"},
        jwk(RSA_KEY, "one", use="enc"),
        jwk(RSA_KEY, "one", alg="HS256"),
        jwk(RSA_KEY, "one", alg="none"),
        jwk(RSA_KEY, 5),
        jwk(RSA_KEY, "one", n="!"),
        jwk(RSA_KEY, "one", n=5),
        jwk(RSA_KEY, "one", kty=["RSA"]),
        jwk(EC_KEY, "one", crv="secp256k1"),
        jwk(EC_KEY, "one", x="AAAA"),
        jwk(SMALL_RSA_KEY, "one"),
        {"kty": "RSA"},
        {},
    ],
    ids=lambda key: str(key)[:40],
)
def test_a_key_that_can_not_be_used_is_left_out_and_the_others_stay(unusable):
    document = json.dumps({"keys": [unusable, jwk(EC_KEY, "good")]}).encode()

    assert [key.kid for key in usable_keys(document)] == ["good"]


def test_a_private_key_published_by_accident_is_used_as_a_public_one():
    private = RSAAlgorithm.to_jwk(RSA_KEY, as_dict=True)
    assert "d" in private

    (key,) = usable_keys(json.dumps({"keys": [private]}).encode())
    assert key.key == RSA_KEY.public_key()
