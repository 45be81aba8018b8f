"""Which published keys may verify what."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from infrastructure.identity.errors import InvalidToken
from infrastructure.identity.jwk import MOST_KEYS, usable_keys
from tests.infrastructure.identity.issuer import (
    EC_KEY,
    ED_KEY,
    NOW,
    OTHER_RSA_KEY,
    RSA_KEY,
    SMALL_RSA_KEY,
    bearer,
    jwk,
)

pytestmark = pytest.mark.anyio


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


async def test_a_token_without_a_key_name_is_tried_with_every_key(issuer, tokens):
    issuer.keys = [jwk(OTHER_RSA_KEY, "other"), jwk(RSA_KEY, "one")]

    assert (await tokens.verify(bearer(kid=None))).user == "u"


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


async def test_a_set_of_too_many_keys_is_refused():
    keys = [jwk(RSA_KEY, str(number)) for number in range(MOST_KEYS + 1)]
    assert len(usable_keys(json.dumps({"keys": keys[1:]}).encode())) == MOST_KEYS
    with pytest.raises(ValueError, match="more than 100 keys"):
        usable_keys(json.dumps({"keys": keys}).encode())
