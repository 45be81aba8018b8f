"""Consent, codes and tokens: what is asked of an authorization server, and what it may answer."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from infrastructure.oauth import consent
from infrastructure.oauth.bearer import Bearer
from infrastructure.oauth.consent import challenge, consent_url, new_secret
from infrastructure.oauth.providers import Provider, google, microsoft
from infrastructure.oauth.tokens import Grant, GrantRefused, NoTokens, redeem, refresh, revoke
from infrastructure.outside.client import Client
from infrastructure.outside.way_out import WayOut
from tests.doubles.server import Double, Reply, serving

pytestmark = pytest.mark.anyio

BACK = "https://kith.example.com/api/accounts/callback"


class Server(Double):
    """An authorization server that gives out a code for what it is asked."""

    instead: Reply | None = None

    def answer(self, request):
        return self.instead or super().answer(request)

    def consents(self, url: str) -> str:
        """The part of the user's browser: the code that comes back with the state."""
        asked = {name: each for name, (each,) in parse_qs(urlsplit(url).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        self.challenge = asked["code_challenge"]
        self.codes["code-1"] = {"redirect_uri": asked["redirect_uri"]}
        return "code-1"

    def api(self, request):
        raise AssertionError(request)


@pytest.fixture
def server() -> Iterator[Server]:
    double = Server()
    with serving(double):
        yield double


@pytest.fixture(params=[google, microsoft], ids=lambda make: make.__name__)
def provider(request: pytest.FixtureRequest, server: Server) -> Provider:
    return request.param("client", "secret", url=server.origin)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    one = Client(WayOut(allow_private=True), {})
    yield one
    await one.close()


class TestConsent:
    def test_a_consent_asks_for_lasting_access_with_a_challenge(self, provider: Provider):
        verifier = new_secret()
        url = consent_url(provider, BACK, "state-1", verifier)
        asked = {name: each for name, (each,) in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == "client"
        assert asked["redirect_uri"] == BACK
        assert asked["state"] == "state-1"
        assert asked["code_challenge"] == challenge(verifier)
        assert asked.get("access_type") == "offline" or "offline_access" in asked["scope"].split()
        assert verifier not in url
        assert "secret" not in url

    def test_a_challenge_is_that_of_the_rfc(self):
        """RFC 7636, appendix B."""
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    def test_secrets_are_long_and_never_alike(self):
        found = {new_secret() for _ in range(100)}
        assert len(found) == 100
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each) for each in found)
        assert consent.RANDOM_BYTES * 8 == 256

    def test_the_real_servers_are_called_by_https_alone(self):
        for one in (google("c", "s"), microsoft("c", "s", "example.org")):
            urls = (one.authorize, one.token, one.api, *((one.revoke,) if one.revoke else ()))
            assert all(url.startswith("https://") for url in urls)
        assert "/example.org/" in microsoft("c", "s", "example.org").token


class TestGrants:
    async def test_a_code_becomes_a_grant_once(self, server, provider, client):
        verifier = new_secret()
        code = server.consents(consent_url(provider, BACK, "state-1", verifier))
        assert server.challenge == challenge(verifier)
        grant = await redeem(client, provider, code, verifier, BACK)
        assert (grant.access_token, grant.refresh_token) == ("access-1", "refresh-1")
        life = grant.expires_at - datetime.now(UTC)
        assert timedelta(minutes=50) < life <= timedelta(hours=1)
        with pytest.raises(GrantRefused):
            await redeem(client, provider, code, verifier, BACK)

    async def test_a_grant_is_renewed_with_the_token_that_lasts(self, server, provider, client):
        before = Grant("old", "refresh-0", datetime.now(UTC))
        after = await refresh(client, provider, before)
        assert (after.access_token, after.refresh_token) == ("access-1", "refresh-0")
        server.turns_over = True
        after = await refresh(client, provider, after)
        assert after.refresh_token == "refresh-2"

    @pytest.mark.parametrize("error", ["invalid_grant", "interaction_required", "consent_required"])
    async def test_a_consent_that_is_over_is_told_apart(self, server, provider, client, error):
        server.instead = Reply(400, {"error": error})
        with pytest.raises(GrantRefused):
            await refresh(client, provider, Grant("a", "b", datetime.now(UTC)))

    @pytest.mark.parametrize(
        ("reply", "sentence"),
        [
            (Reply(401, {"error": "invalid_client"}), "refuses the client"),
            (Reply(400, {"error": "unauthorized_client"}), "refuses the client"),
            (Reply(400, ["nonsense"]), "refuses the client"),
            (Reply(503, {}), "at the moment"),
            (Reply(429, {}), "at the moment"),
            (Reply(200, {}), "no tokens"),
            (Reply(200, {"access_token": ""}), "no tokens"),
            (Reply(200, {"access_token": "a\r\nHost: x"}), "no tokens"),
            (Reply(200, {"access_token": "a", "expires_in": -1}), "no tokens"),
        ],
    )
    async def test_another_failure_leaves_the_consent_as_it_is(
        self, server, provider, client, reply, sentence
    ):
        server.instead = reply
        with pytest.raises(NoTokens, match=sentence):
            await refresh(client, provider, Grant("a", "b", datetime.now(UTC)))

    async def test_access_that_doesnt_last_is_refused(self, server, provider, client):
        """Google gives a refresh token to who asks for a consent; else there would be none in an
        hour."""
        server.instead = Reply(200, {"access_token": "a", "expires_in": 3600})
        with pytest.raises(GrantRefused, match="no lasting access"):
            await redeem(client, provider, "code", "verifier", BACK)

    async def test_a_grant_is_revoked_where_the_server_can(self, server, provider, client):
        revoked = await revoke(client, provider, Grant("a", server.refresh, datetime.now(UTC)))
        assert revoked == server.revoked == (provider.kind == "google")

    def test_neither_a_grant_nor_a_provider_shows_its_secrets(self, provider: Provider):
        shown = repr((provider, Grant("access-0", "refresh-0", datetime.now(UTC))))
        assert not {"secret", "access-0", "refresh-0"} & set(re.split(r"[^\w-]", shown))


class TestBearers:
    async def test_requests_at_once_share_one_renewal(self, server, provider, client):

        kept: list[Grant] = []

        async def keep(grant: Grant) -> None:
            kept.append(grant)

        bearer = Bearer(client, provider, Grant("old", "refresh-0", datetime.now(UTC)), keep)
        found = await asyncio.gather(*(bearer.token() for _ in range(5)))
        assert found == ["access-1"] * 5
        assert (server.renewals, len(kept)) == (1, 1)

    async def test_a_grant_that_couldnt_be_kept_is_used_all_the_same(
        self, server, provider, client
    ):
        """The refresh token that was turned over is good once: the grant in memory is all there
        is."""
        server.turns_over = True

        async def keep(_: Grant) -> None:
            raise OSError("the database is away")

        bearer = Bearer(client, provider, Grant("old", "refresh-0", datetime.now(UTC)), keep)
        with pytest.raises(OSError, match="away"):
            await bearer.token()
        assert await bearer.token() == "access-1"
