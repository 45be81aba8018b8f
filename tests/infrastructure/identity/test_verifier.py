"""Which Authorization headers are believed."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infrastructure.identity.errors import InvalidToken
from infrastructure.identity.verifier import LEEWAY
from tests.infrastructure.identity.tokens import (
    NOW,
    OTHER_SECRET,
    bearer,
    claims,
    encoded,
    verifier,
)

pytestmark = pytest.mark.anyio

# A busy machine is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


async def reason_for(authorization):
    with pytest.raises(InvalidToken) as refusal:
        await verifier().verify(authorization)
    assert refusal.value.__cause__ is None
    return str(refusal.value)


async def test_a_good_token_tells_who_is_asking():
    principal = await verifier().verify(bearer(claims(name="John Smith")))

    assert (principal.user, principal.name, principal.tenant) == ("5", "John Smith", "1")
    assert principal.may("view_contacts")
    assert principal.expires_at == NOW + 3600


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_bearer_in_any_case(scheme):
    token = bearer(claims()).removeprefix("Bearer ")

    assert (await verifier().verify(f"{scheme} {token}")).user == "5"


@pytest.mark.parametrize("absent", [None, ""])
async def test_a_request_without_a_token_is_told_so(absent):
    assert await reason_for(absent) == "The request carries no bearer token."


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic dTpw", "a.b.c", "Token a.b.c"])
async def test_another_scheme_is_not_a_bearer_token(header):
    assert await reason_for(header) == "The Authorization header holds no bearer token."


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b",
        "a.b.c.d",
        "...",
        "..",
        "é.é.é",
        "e30.e30.e30",
        "bnVsbA.bnVsbA.bnVsbA",
        encoded(b"[" * 4000) + ".e30.x",
        encoded(b"9" * 5000) + ".e30.x",
        encoded(b'{"alg": ["HS256"]}') + ".e30.x",
        encoded(b'{"alg": "HS256", "kid": 5}') + ".e30.x",
        encoded(b'{"alg": "HS256", "crit": ["exp"]}') + ".e30.xxxx",
        encoded(b'{"alg": "HS256", "b64": false, "crit": ["b64"]}') + "..xxxx",
    ],
)
async def test_garbage_is_malformed(token):
    assert await reason_for(f"Bearer {token}") == "The token is malformed."


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 4000, b'"sub"'])
async def test_a_signed_payload_that_is_no_object_is_malformed(payload):
    assert await reason_for(bearer(payload)) == "The token is malformed."


async def test_a_header_beyond_8_kilobytes_is_refused_unread():
    long = bearer(claims(name="x" * 9000))

    assert await reason_for(long) == "The Authorization header is too long."


async def test_a_forged_signature_is_refused():
    forged = bearer(claims(), secret=OTHER_SECRET)

    assert await reason_for(forged) == "The token's signature does not verify."


async def test_claims_changed_after_signing_are_refused():
    header, _, signature = bearer(claims()).split(".")
    changed = ".".join([header, encoded(json.dumps(claims(sub="1")).encode()), signature])

    assert await reason_for(changed) == "The token's signature does not verify."


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS384", "HS512", "RS256", "", "x"])
async def test_an_algorithm_other_than_the_keys_own_is_refused(algorithm):
    reason = await reason_for(bearer(claims(), algorithm=algorithm))

    assert reason == "The token is not signed with a key and algorithm accepted here."


async def test_a_key_or_address_inside_the_token_is_ignored():
    own_key = {"kty": "oct", "k": encoded(OTHER_SECRET.encode())}
    headers = {"jwk": own_key, "jku": "http://127.0.0.1:9/", "kid": "../../dev/null"}
    forged = bearer(claims(), secret=OTHER_SECRET, headers=headers)

    assert await reason_for(forged) == "The token's signature does not verify."


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exp": ...}, "The token has no exp claim."),
        ({"exp": None}, "The token has no exp claim."),
        ({"exp": NOW - 3600}, "The token has expired."),
        ({"exp": -1}, "The token has expired."),
        ({"exp": str(NOW + 60)}, "The token's exp claim is not a number."),
        ({"exp": True}, "The token's exp claim is not a number."),
        ({"exp": float("inf")}, "The token's exp claim is out of range."),
        ({"exp": float("nan")}, "The token's exp claim is out of range."),
        ({"exp": 10**400}, "The token's exp claim is out of range."),
        ({"nbf": NOW + 3600}, "The token is not valid yet."),
        ({"nbf": "soon"}, "The token's nbf claim is not a number."),
        ({"sub": ...}, "The token has no subject."),
        ({"iss": ...}, "The token has no iss claim."),
        ({"iss": "kit"}, "The token is from another issuer."),
        ({"iss": ["kith"]}, "The token is from another issuer."),
        ({"aud": ...}, "The token has no aud claim."),
        ({"aud": "kith"}, "The token is for another audience."),
        ({"aud": ["kith"]}, "The token is for another audience."),
        ({"aud": {"kith-api": 1}}, "The token is for another audience."),
    ],
)
async def test_issuer_audience_and_times_are_pinned(changed, reason):
    assert await reason_for(bearer(claims(**changed))) == reason


async def test_ours_may_be_one_of_several_audiences():
    assert (await verifier().verify(bearer(claims(aud=["web", "kith-api"])))).user == "5"


async def test_clocks_may_differ_by_the_leeway_and_no_more():
    just, over = LEEWAY - 1, LEEWAY + 1

    await verifier().verify(bearer(claims(exp=NOW - just, nbf=NOW + just)))
    assert await reason_for(bearer(claims(exp=NOW - over))) == "The token has expired."
    assert await reason_for(bearer(claims(nbf=NOW + over))) == "The token is not valid yet."


async def test_a_reason_never_quotes_the_token():
    for changed in ({"tenant": "s3cr3t!"}, {"iss": "s3cr3t!"}, {"contract": ["s3cr3t!"]}):
        assert "s3cr3t" not in await reason_for(bearer(claims(**changed)))


@unhurried
@given(st.text())
@example("Bearer \ud800.\ud800.\ud800")
async def test_no_header_causes_anything_but_a_refusal(authorization):
    with pytest.raises(InvalidToken):
        await verifier().verify(authorization)
