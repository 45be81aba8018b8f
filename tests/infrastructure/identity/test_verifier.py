"""Which Authorization headers are believed."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import jwt
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infrastructure.identity.bearer import unverified_contract
from infrastructure.identity.errors import InvalidToken
from infrastructure.identity.keys import SharedSecrets
from infrastructure.identity.mint import mint_token
from infrastructure.identity.verifier import LEEWAY, RECHECK_AFTER, TokenVerifier

pytestmark = pytest.mark.anyio

SECRET = "a secret of more than thirty-two bytes"
OTHER_SECRET = "another one of more than thirty-two bytes"
NOW = 1_800_000_000.0

# A busy machine is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


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
    """A header with a token made by hand, since PyJWT won't sign what it finds wrong."""
    header = {"typ": "JWT", "alg": algorithm} | (headers or {})
    parts = [json.dumps(header).encode()]
    parts.append(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    signed = ".".join(map(encoded, parts))
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"Bearer {signed}.{'' if algorithm == 'none' else encoded(digest)}"


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def verifier(*secrets, clock=None, **options):
    keys = SharedSecrets(*(secrets or (SECRET,)))
    return TokenVerifier(
        keys, issuer="kith", audience="kith-api", clock=clock or Clock(), **options
    )


async def reason_for(authorization, **options):
    with pytest.raises(InvalidToken) as refusal:
        await verifier(**options).verify(authorization)
    reason = refusal.value.reason
    assert str(refusal.value) == reason
    assert refusal.value.__cause__ is None
    return reason


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
        ({"exp": ...}, "The token has no expiry."),
        ({"exp": None}, "The token has no expiry."),
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
        ({"iss": ...}, "The token is from another issuer."),
        ({"iss": "kit"}, "The token is from another issuer."),
        ({"iss": ["kith"]}, "The token is from another issuer."),
        ({"aud": ...}, "The token is for another audience."),
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


async def test_several_secrets_verify_while_they_are_rotated():
    both = verifier(OTHER_SECRET, SECRET)

    assert (await both.verify(bearer(claims()))).user == "5"
    assert (await both.verify(bearer(claims(), secret=OTHER_SECRET))).user == "5"


@pytest.mark.parametrize("secrets", [(), ("short",), (SECRET, "")])
def test_a_secret_has_at_least_32_bytes(secrets):
    with pytest.raises(ValueError, match="secret"):
        SharedSecrets(*secrets)


async def test_a_reason_never_quotes_the_token():
    for changed in ({"tenant": "s3cr3t!"}, {"iss": "s3cr3t!"}, {"contract": ["s3cr3t!"]}):
        assert "s3cr3t" not in await reason_for(bearer(claims(**changed)))


class TestRemembering:
    async def test_a_verified_header_is_known_and_no_other(self):
        tokens, header = verifier(), bearer(claims())

        assert tokens.cached(header) is None
        principal = await tokens.verify(header)
        assert tokens.cached(header) is principal
        assert tokens.cached(header + " ") is None
        assert tokens.cached(None) is None

    async def test_a_refused_header_is_not_remembered(self):
        tokens, forged = verifier(), bearer(claims(), secret=OTHER_SECRET)

        for _ in range(2):
            with pytest.raises(InvalidToken):
                await tokens.verify(forged)
            assert tokens.cached(forged) is None

    async def test_a_remembered_token_expires_on_time(self):
        clock = Clock()
        tokens, header = verifier(clock=clock), bearer(claims(exp=NOW + 60))
        await tokens.verify(header)

        clock.now = NOW + 60 + LEEWAY - 1
        assert tokens.cached(header) is not None
        clock.now = NOW + 60 + LEEWAY
        assert tokens.cached(header) is None
        with pytest.raises(InvalidToken, match="expired"):
            await tokens.verify(header)

    async def test_a_remembered_token_is_verified_again_after_a_while(self):
        clock = Clock()
        tokens, header = verifier(clock=clock), bearer(claims())
        await tokens.verify(header)

        clock.now = NOW + RECHECK_AFTER
        assert tokens.cached(header) is None
        assert (await tokens.verify(header)).user == "5"

    async def test_all_are_forgotten_when_the_keys_change(self):
        keys = SharedSecrets(SECRET)
        tokens = TokenVerifier(keys, issuer="kith", audience="kith-api", clock=Clock())
        header = bearer(claims())
        await tokens.verify(header)

        keys.generation += 1
        assert tokens.cached(header) is None

    async def test_the_one_unused_for_longest_is_forgotten_first(self):
        tokens = verifier(remembered=2)
        first, second, third = (bearer(claims(sub=str(user))) for user in (1, 2, 3))
        await tokens.verify(first)
        await tokens.verify(second)
        tokens.cached(first)
        await tokens.verify(third)

        assert tokens.cached(first) is not None
        assert tokens.cached(second) is None
        assert tokens.cached(third) is not None


class TestMinting:
    def mint(self, **changed):
        given = {"issuer": "kith", "audience": "kith-api", "tenant": "1", "user": "5"}
        return mint_token(SECRET, **(given | changed))

    async def test_what_is_minted_verifies(self):
        tokens = TokenVerifier(SharedSecrets(SECRET), issuer="kith", audience="kith-api")
        token = self.mint(name="Mary Ann Smith", contract="sites", sites=["1", "2"])

        principal = await tokens.verify(f"Bearer {token}")
        assert principal.permissions == {"view_contacts", "edit_contacts"}
        assert (principal.given_name, principal.family_name) == ("Mary Ann", "Smith")
        assert (principal.name, principal.number) == ("Mary Ann Smith", 5)
        assert (principal.contract, principal.sites) == ("sites", ("1", "2"))

    async def test_a_token_may_be_minted_without_a_tenant_or_a_name(self):
        tokens = TokenVerifier(SharedSecrets(SECRET), issuer="kith", audience="kith-api")

        principal = await tokens.verify(f"Bearer {self.mint(tenant=None, permissions=[])}")
        assert (principal.tenant, principal.name) == (None, "5")
        assert principal.permissions == frozenset()

    async def test_a_lifetime_that_is_over_makes_an_expired_token(self):
        tokens = TokenVerifier(SharedSecrets(SECRET), issuer="kith", audience="kith-api")

        with pytest.raises(InvalidToken, match="expired"):
            await tokens.verify(f"Bearer {self.mint(lifetime=-timedelta(minutes=1))}")

    def test_one_word_is_a_given_name(self):
        minted = jwt.decode(self.mint(name="Cher"), options={"verify_signature": False})

        assert minted["given_name"] == "Cher"
        assert "family_name" not in minted

    @pytest.mark.parametrize(
        "changed", [{"tenant": "a b"}, {"user": ""}, {"contract": "a/b"}, {"sites": ["!"]}]
    )
    def test_what_would_be_refused_is_not_minted(self, changed):
        with pytest.raises(ValueError, match=r"claim is not"):
            self.mint(**changed)


class TestRouting:
    def test_the_contract_is_read_without_verifying(self):
        forged = bearer(claims(contract="sites", exp=1), secret=OTHER_SECRET)

        assert unverified_contract(forged) == "sites"

    @pytest.mark.parametrize("contract", [..., None, 5, ["sites"], "", "a/b", "x" * 65])
    def test_a_claim_that_names_no_contract_counts_as_absent(self, contract):
        assert unverified_contract(bearer(claims(contract=contract))) is None

    @unhurried
    @given(st.one_of(st.none(), st.text(), st.text().map(lambda text: f"Bearer a.{text}.b")))
    @example("Bearer a." + encoded(b"[" * 4000) + ".b")
    @example("Bearer a." + encoded(b"9" * 5000) + ".b")
    @example(bearer(claims(contract="sites", name="x" * 9000)))
    def test_nothing_makes_it_raise(self, authorization):
        assert unverified_contract(authorization) is None


@unhurried
@given(st.text())
@example("Bearer \ud800.\ud800.\ud800")
async def test_no_header_causes_anything_but_a_refusal(authorization):
    with pytest.raises(InvalidToken):
        await verifier().verify(authorization)
