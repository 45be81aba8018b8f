"""Accounts by consent: begun, handed on by the browser, and redeemed by the user who began."""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.api.cli.running import run
from tests.api.contracts.tracking.office import done, refused
from tests.api.running import SECRET_KEYS, Service, running
from tests.doubles import google_schema, graph_schema
from tests.doubles.google import GoogleDouble
from tests.doubles.graph import GraphDouble
from tests.doubles.server import Double, Reply, serving

CLIENT = {"client_id": "client", "client_secret": "secret"}
SECRETS = ("access-", "refresh-", "client", "secret")


@pytest.fixture(scope="module")
def doubles() -> Iterator[dict[str, Double]]:
    if not (google_schema.DOCUMENT.exists() and graph_schema.TYPES.exists()):
        pytest.skip("no descriptions of Google and Microsoft: make providers fetches them")
    google, microsoft = GoogleDouble(), GraphDouble()
    with serving(google), serving(microsoft):
        yield {"google": google, "microsoft": microsoft}


@pytest.fixture(scope="module")
def service(database: Callable[[], str], doubles: dict[str, Double]) -> Iterator[Service]:
    settings: dict[str, Any] = {"accounts_allow_private": True}
    for kind, double in doubles.items():
        settings |= {f"{kind}_{name}": value for name, value in CLIENT.items()}
        settings[f"{kind}_url"] = double.origin
    with running(database(), **settings) as one:
        yield one


@pytest.fixture(params=["google", "microsoft"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def double(kind: str, doubles: dict[str, Double]) -> Double:
    one = doubles[kind]
    one.revoked = False
    one.failures.clear()
    return one


@pytest.fixture
def client(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant)


def begin(client: httpx.Client, kind: str, **more: Any) -> dict[str, str]:
    """The query with which the user's browser is sent to the service."""
    url = done(client.post("/api/accounts/authorize", json={"kind": kind} | more))["url"]
    return {name: each for name, (each,) in parse_qs(urlsplit(url).query).items()}


def consent(double: Double, asked: dict[str, str], code: str = "code-1") -> dict[str, str]:
    """The query that the service sends back by the browser, once the user has consented."""
    double.codes[code] = {"redirect_uri": asked["redirect_uri"]}
    return {"code": code, "state": asked["state"]}


def connect(client: httpx.Client, double: Double, kind: str) -> dict[str, Any]:
    handed = consent(double, begin(client, kind))
    return done(client.post("/api/accounts/authorized", json=handed), 201)


def test_an_account_is_connected_by_consent(client: httpx.Client, double: Double, kind: str):
    account = connect(client, double, kind)
    assert (account["kind"], account["address"]) == (kind, "ada@example.com")
    assert account["server"] == double.origin
    (calendar,) = done(client.get(f"/api/accounts/{account['id']}/calendars"))["items"]
    assert (calendar["read"], calendar["write"]) == (True, True)
    shown = client.get(f"/api/accounts/{account['id']}").text
    assert not any(secret in shown for secret in SECRETS)


def test_the_consent_asks_for_no_more_than_calendars(client: httpx.Client, kind: str):
    asked = begin(client, kind)
    assert asked["redirect_uri"].endswith("/api/accounts/callback")
    assert all(
        "calendar" in each.lower() or each == "offline_access" for each in asked["scope"].split()
    )
    assert asked["code_challenge_method"] == "S256"


def test_a_state_is_good_once(client: httpx.Client, double: Double, kind: str):
    handed = consent(double, begin(client, kind))
    done(client.post("/api/accounts/authorized", json=handed), 201)
    refused(client.post("/api/accounts/authorized", json=handed), 422, "consent_unknown")


def test_a_repeated_request_has_its_first_answer(client: httpx.Client, double: Double, kind: str):
    handed = consent(double, begin(client, kind))
    key = {"Idempotency-Key": "k-1"}
    first = done(client.post("/api/accounts/authorized", json=handed, headers=key), 201)
    again = done(client.post("/api/accounts/authorized", json=handed, headers=key), 201)
    assert again == first
    assert len(done(client.get("/api/accounts"))["items"]) == 1


def test_a_state_is_nobody_elses(
    client: httpx.Client,
    service: Service,
    tenant: str,
    other_tenant: str,
    double: Double,
    kind: str,
):
    """A link that was sent to a victim connects nothing of theirs to its sender, nor the sender's
    to them."""
    handed = consent(double, begin(client, kind))
    for token in ({"tenant": tenant, "user": "6"}, {"tenant": other_tenant}):
        other = service.client(**token)
        refused(other.post("/api/accounts/authorized", json=handed), 422, "consent_unknown")
        assert done(other.get("/api/accounts"))["items"] == []
    done(client.post("/api/accounts/authorized", json=handed), 201)


def test_a_code_that_the_service_refuses_connects_nothing(
    client: httpx.Client, double: Double, kind: str
):
    handed = consent(double, begin(client, kind)) | {"code": "another"}
    refused(client.post("/api/accounts/authorized", json=handed), 422, "account_refused")
    assert done(client.get("/api/accounts"))["items"] == []


def test_a_service_that_fails_connects_nothing(client: httpx.Client, double: Double, kind: str):
    handed = consent(double, begin(client, kind))
    double.fail(Reply(503))
    refused(client.post("/api/accounts/authorized", json=handed), 422, "account_unreachable")
    assert done(client.get("/api/accounts"))["items"] == []


def test_an_account_has_its_consent_anew(client: httpx.Client, double: Double, kind: str):
    account = connect(client, double, kind)
    handed = consent(double, begin(client, kind, account=account["id"]), "code-2")
    again = done(client.post("/api/accounts/authorized", json=handed))
    assert again["id"] == account["id"]
    assert len(done(client.get("/api/accounts"))["items"]) == 1


def test_a_consent_is_begun_for_accounts_of_the_caller_and_the_kind(
    client: httpx.Client, service: Service, tenant: str, double: Double, kind: str
):
    account = connect(client, double, kind)["id"]
    body = {"kind": kind, "account": account}
    other = service.client(tenant=tenant, user="6")
    refused(other.post("/api/accounts/authorize", json=body), 404, "account_not_found")
    elsewhere = body | {"kind": "google" if kind == "microsoft" else "microsoft"}
    refused(client.post("/api/accounts/authorize", json=elsewhere), 422, "other_kind")


def test_an_account_by_consent_takes_no_password(client: httpx.Client, double: Double, kind: str):
    account = connect(client, double, kind)["id"]
    body = {"username": "ada", "password": "x"}
    refused(client.patch(f"/api/accounts/{account}", json=body), 422, "consent_needed")
    assert done(client.patch(f"/api/accounts/{account}", json={"name": "Work"}))["name"] == "Work"
    refused(client.post("/api/accounts", json={"kind": kind, "url": "https://x.example.com"}), 422)


def test_a_removed_account_is_revoked_where_the_service_can(
    client: httpx.Client, double: Double, kind: str
):
    account = connect(client, double, kind)["id"]
    assert client.delete(f"/api/accounts/{account}").status_code == 204
    assert double.revoked == (kind == "google")
    assert done(client.get("/api/accounts"))["items"] == []


class TestCallback:
    def test_the_page_hands_code_and_state_on_and_redeems_nothing(self, service: Service):
        page = service.anonymous().get("/api/accounts/callback?code=c-1&state=s-1&scope=x")
        assert page.status_code == 200
        assert "c-1" in page.text
        assert "s-1" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]

    def test_a_refusal_is_told(self, service: Service):
        page = service.anonymous().get("/api/accounts/callback?error=access_denied&state=s-1")
        assert "access_denied" in page.text
        assert "s-1" not in page.text


def test_a_kith_without_a_client_says_so(database: Callable[[], str]):
    with running(database()) as service:
        answer = service.client().post("/api/accounts/authorize", json={"kind": "google"})
        refused(answer, 422, "service_not_registered")


def test_an_account_is_checked_at_the_command_line(
    service: Service,
    tenant: str,
    client: httpx.Client,
    double: Double,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
):
    account = connect(client, double, kind)["id"]
    ((name, key),) = SECRET_KEYS
    monkeypatch.setenv("KITH_SECRET_KEYS", f"{name}:{base64.b64encode(key).decode()}")
    monkeypatch.setenv("KITH_ACCOUNTS_ALLOW_PRIVATE", "1")
    for setting, value in {**CLIENT, "url": double.origin}.items():
        monkeypatch.setenv(f"KITH_{kind}_{setting}".upper(), value)
    found = run(service.conninfo, "accounts", "check", account, "--tenant", tenant)
    assert (found.returncode, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert len(lines) == 11
    assert all(line.startswith("yes  ") for line in lines)
    double.fail(Reply(403, {"error": {"errors": [{"reason": "insufficientPermissions"}]}}))
    found = run(service.conninfo, "accounts", "check", account, "--tenant", tenant)
    assert (found.returncode, found.stdout) == (1, "")
    assert "doesn't permit it" in found.stderr
