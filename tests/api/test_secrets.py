"""No secret is found in the database, an event, an answer, a webhook's body, an export, a log, a
metric, or at the command line, in whatever spelling.

Users connect accounts of every kind, webhooks and feeds, everything fails that can, and then all
of that is searched. A message in Kafka is `cloud_event`, as one of the feed is.
"""

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from api.contracts.tracking import account_logins
from infrastructure.calendars.port import Calendar, ServiceError
from infrastructure.calendars.subscription import Subscription
from infrastructure.outside.addresses import Endpoint, NotAllowed, endpoint
from infrastructure.outside.answer import Answer
from infrastructure.outside.client import Client
from infrastructure.publishing import cloud_events
from infrastructure.relay import cloud_events as relayed
from infrastructure.sealing.keys import Keys
from tests.api.cli.running import run
from tests.api.running import SECRET_KEYS, Service, running
from tests.api.searched import Places, forms, keyed
from tests.api.streaming import STREAM, ask
from tests.api.test_calendars import until
from tests.doubles import google_schema
from tests.doubles.google import GoogleDouble
from tests.doubles.notices import PUBLIC
from tests.doubles.server import Reply, serving
from tests.infrastructure.calendars.servers import USER, Server, let_in, radicale
from tests.infrastructure.calendars.texts import event
from tests.infrastructure.outside.raw import once, sending
from tests.infrastructure.webhooks.receiver import Receiver, receiving

PASSWORD = 'plugh "söß" & pass/+word?'
MISTYPED = 'plugh "söß" & pass/+wrod?'
CLIENT_SECRET = "plover-client/secret+1"
MARK = "-plover/token+mark"
CODE = "plover-code/4+711"
SUBSCRIBED = "plover-subscribed-7b1c0d55"
SOON = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
NOWHERE = "http://127.0.0.1:9/dav/"
"""The port `discard`: nobody listens."""


class Rooms:
    """A kith with everything switched on, a calendar server, and the endpoint of a webhook."""

    def __init__(
        self, service: Service, tenant: str, server: Server, folder: Path, receiver: Receiver
    ):
        self.service, self.tenant = service, tenant
        self.server, self.folder, self.receiver = server, folder, receiver
        self.places = Places({"password": PASSWORD, "mistyped password": MISTYPED})
        self.client = self.places.listen(service.client(tenant=tenant))
        self.keys = 0

    def post(self, path: str, body: Any = None) -> httpx.Response:
        self.keys += 1
        return self.client.post(path, json=body, headers=keyed(self.keys))

    def unheard(self, path: str, body: Any = None) -> dict[str, Any]:
        """The one answer that is to show a secret."""
        self.keys += 1
        with self.service.client(tenant=self.tenant) as client:
            response = client.post(path, json=body, headers=keyed(self.keys))
        assert response.is_success, response.text
        return dict(response.json())

    def state(self, account: str) -> str:
        return str(self.client.get(f"/api/accounts/{account}").json()["state"])


@pytest.fixture
def google() -> Iterator[GoogleDouble]:
    if not google_schema.DOCUMENT.exists():
        pytest.skip("no description of Google's: make providers fetches it")
    double = GoogleDouble()
    double.client, double.mark = ("client", CLIENT_SECRET), MARK
    with serving(double):
        yield double


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("radicale")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with radicale(folder) as one:
        let_in(folder, PASSWORD)
        yield one


@pytest.fixture
def rooms(
    database: Callable[[], str],
    google: GoogleDouble,
    folder: Path,
    server: Server,
    tenant: str,
) -> Iterator[Rooms]:
    settings: dict[str, Any] = {
        "accounts_allow_private": True,
        "webhooks_allow_private": True,
        "public_url": PUBLIC,
        "google_client_id": "client",
        "google_client_secret": CLIENT_SECRET,
        "google_url": google.origin,
    }
    with receiving() as receiver, running(database(), sync=True, **settings) as service:
        one = Rooms(service, tenant, server, folder, receiver)
        one.places.secrets["client secret"] = CLIENT_SECRET
        google.notices.kith = service.url
        with one.places.logging():
            yield one


@pytest.fixture
def echoing() -> Iterator[str]:
    """The address of a server that says everything that it was told."""

    class Echo(BaseHTTPRequestHandler):
        def answer(self) -> None:
            told = self.headers.get("Authorization", "")
            clear = base64.b64decode(told.removeprefix("Basic ")).decode()
            body = f"{told} {clear} {quote(clear)}".encode()
            status = self.path.strip("/")
            self.send_response(int(status) if status.isdecimal() else 404)
            self.send_header("Location", f"http://{quote(clear, safe=':')}@localhost/")
            self.send_header("WWW-Authenticate", told)
            self.send_header("X-Clear", quote(clear))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PROPFIND = do_REPORT = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    one = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    one.daemon_threads = True
    threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{one.server_port}"
    one.shutdown()
    one.server_close()


def login(url: str, password: Any = PASSWORD, **more: Any) -> dict[str, Any]:
    return {"kind": "caldav", "url": url, "username": USER, "password": password} | more


def mistakes(server: str) -> Iterator[Any]:
    """Bodies with the password in the wrong place."""
    yield login(server, kind=PASSWORD)
    yield login(PASSWORD)
    yield login(f"http://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1/")
    yield login(f"http://{PASSWORD}/")
    yield login(f"{server}#{quote(PASSWORD)}")
    yield login(server, username=f"{USER}:{PASSWORD}")
    yield login(server, name=PASSWORD * 30)
    yield login(server, PASSWORD * 100)
    for wrong in ([PASSWORD], {"value": PASSWORD}, {PASSWORD: 1}):
        yield login(server, wrong)
    yield login(server, **{PASSWORD: 1})
    yield login(server, passwrod=PASSWORD)
    yield {"kind": "caldav", "url": server, "password": PASSWORD}
    yield [PASSWORD]
    yield PASSWORD


def of_mistakes(rooms: Rooms) -> None:
    for body in mistakes(rooms.server.url):
        response = rooms.post("/api/accounts", body)
        assert response.status_code == 422, f"{body}: {response.text}"
    client = rooms.client
    text = json.dumps(login(rooms.server.url), ensure_ascii=False).encode()
    for broken in (text[:-1], text + b"}", text.replace("ö".encode(), b"\xf6")):
        assert client.post("/api/accounts", content=broken).status_code == 400
    query = {"password": PASSWORD, PASSWORD: "1"}
    assert client.get("/api/accounts", params=query).status_code == 200
    assert client.get(f"/api/accounts/{quote(PASSWORD, safe='')}").status_code == 404
    hook = {"url": f"http://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1/", "types": [PASSWORD]}
    assert rooms.post("/api/webhooks", hook).status_code == 422
    handed = {"state": PASSWORD, "code": PASSWORD}
    assert rooms.post("/api/accounts/authorized", handed).status_code == 422


def of_refusals(rooms: Rooms, echoing: str) -> None:
    """The connection is tried, and fails."""
    bad = [login(rooms.server.url, MISTYPED), login(NOWHERE)]
    bad += [login(f"{echoing}/{status}") for status in (200, 207, 302, 401, 403, 404, 429, 500)]
    for body in bad:
        response = rooms.post("/api/accounts", body)
        assert response.status_code == 422, f"{body['url']}: {response.text}"


def of_a_calendar(rooms: Rooms) -> str:
    """An account at a real server: in step, in trouble, and with another password. Its id."""
    other = httpx.Client(auth=(USER, PASSWORD), trust_env=False)
    url = f"{rooms.server.home}c{rooms.tenant}/"
    assert other.request("MKCALENDAR", url).status_code == 201
    account = rooms.post("/api/accounts", login(url)).json()["id"]
    at = f"/api/accounts/{account}"
    contact = rooms.post("/api/contacts", {"name": "Ann", "email": "ann@example.com"}).json()["id"]
    meeting = {"contactId": contact, "scheduledDateTime": SOON.isoformat(), "purpose": "Lunch"}
    rooms.post("/api/meetings", meeting)
    until(lambda: "@kith" in other.get(url).text)
    rule = "RRULE:FREQ=SECONDLY\r\nEND:VEVENT"
    other.put(f"{url}often.ics", content=event("often").replace("END:VEVENT", rule).encode())
    rooms.client.post(f"{at}/sync")
    until(lambda: rooms.client.get(f"{at}/problems").json()["items"])
    assert rooms.client.patch(at, json={"password": MISTYPED}).status_code == 422
    elsewhere = {"url": NOWHERE, "password": PASSWORD}
    assert rooms.client.patch(at, json=elsewhere).status_code == 422
    assert rooms.client.patch(at, json={"password": PASSWORD}).status_code == 200
    until(lambda: rooms.state(account) == "active")
    let_in(rooms.folder, "another one")
    try:
        rooms.client.post(f"{at}/sync")
        until(lambda: rooms.state(account) == "attention")
    finally:
        let_in(rooms.folder, PASSWORD)
    return str(account)


def of_a_subscription(rooms: Rooms) -> str:
    """A calendar whose address is the secret; its account's id."""
    rooms.places.secrets["address of a subscription"] = SUBSCRIBED
    text = event("one").encode()
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n"
    with sending(once(head.encode() + text)) as one:
        url = f"{one.url}/{SUBSCRIBED}.ics?key={SUBSCRIBED}"
        account = rooms.post("/api/accounts", {"kind": "ics", "url": url}).json()["id"]
        until(lambda: rooms.state(account) == "active")
        rooms.client.get(f"/api/accounts/{account}/calendars")
    at = f"/api/accounts/{account}"

    def fails() -> Any:
        rooms.client.post(f"{at}/sync")
        return rooms.client.get(at).json()["failingSince"]

    until(fails)
    return str(account)


def of_a_consent(rooms: Rooms, google: GoogleDouble) -> str:
    """An account at Google: connected, renewed, failing and revoked. Its id."""
    secrets = rooms.places.secrets
    secrets |= {"tokens": MARK, "code": CODE}
    account = redeemed(rooms, google)
    secrets |= {"verifier": google.forms[-1]["code_verifier"]}
    until(lambda: rooms.state(account) == "active")
    ((channel, asked),) = until(lambda: list(google.channels.items()))
    secrets |= {"token of a channel": asked["token"]}
    with rooms.service.anonymous() as anybody:
        wrong = {"X-Goog-Channel-ID": channel, "X-Goog-Channel-Token": asked["token"][:-1]}
        rooms.places.listen(anybody).post(f"/hooks/google/{channel}", headers=wrong)
    at = f"/api/accounts/{account}"
    told = f"{google.access} {google.refresh} {CLIENT_SECRET}"
    for status in (400, 500, 403):
        google.fail(Reply(status, {"error": {"code": status, "message": told}}))
        rooms.client.post(f"{at}/sync")
        until(lambda: not google.failures)
    google.expire()
    google.revoked = True
    rooms.client.post(f"{at}/sync")
    until(lambda: rooms.state(account) == "attention")
    return account


def redeemed(rooms: Rooms, google: GoogleDouble) -> str:
    state, number = begun(rooms), len(rooms.places.secrets)
    rooms.places.secrets[f"state {number}"] = state
    wrong = {"code": f"{CODE}-x", "state": begun(rooms)}
    assert rooms.post("/api/accounts/authorized", wrong).status_code == 422
    google.codes[CODE] = {}
    response = rooms.post("/api/accounts/authorized", {"code": CODE, "state": state})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def begun(rooms: Rooms) -> str:
    url = rooms.unheard("/api/accounts/authorize", {"kind": "google"})["url"]
    return parse_qs(urlsplit(url).query)["state"][0]


def of_a_webhook_and_a_feed(rooms: Rooms) -> None:
    secret = rooms.unheard("/api/webhooks", {"url": rooms.receiver.url})["secret"]
    feed = rooms.unheard("/api/calendar-feeds")["url"].rpartition("/")[2].removesuffix(".ics")
    rooms.places.secrets |= {"webhook's secret": secret.removeprefix("whsec_"), "feed": feed}
    with rooms.service.anonymous() as anybody:
        rooms.places.listen(anybody)
        assert anybody.get(f"/calendar/{feed}.ics").status_code == 200
        assert anybody.get(f"/calendar/{feed[:-1]}.ics").status_code == 404


def look_everywhere(rooms: Rooms, accounts: Sequence[str], environment: pytest.MonkeyPatch) -> None:
    places, client, tenant = rooms.places, rooms.client, ("--tenant", rooms.tenant)
    for path in ("accounts", "accounts?all=1", "webhooks", "calendar-feeds", "events", "meetings"):
        assert client.get(f"/api/{path}").status_code == 200
    for account in accounts:
        for path in ("", "/calendars", "/problems"):
            assert client.get(f"/api/accounts/{account}{path}").status_code == 200
    with rooms.service.client(tenant=rooms.tenant) as listener:
        places.add("the stream", ask(listener, "GET", STREAM).text)
    with rooms.service.anonymous() as anybody:
        places.listen(anybody)
        anybody.get("/metrics")
    until(lambda: len(rooms.receiver.received) > 3)
    for one in rooms.receiver.received:
        places.add("a webhook's body", f"{one.headers}{one.body.decode()}")
    key, settings = base64.b64encode(SECRET_KEYS[0][1]).decode(), rooms.service.services.settings
    for name, value in (
        ("SECRET_KEYS", f"{SECRET_KEYS[0][0]}:{key}"),
        ("ACCOUNTS_ALLOW_PRIVATE", "1"),
        ("GOOGLE_CLIENT_ID", "client"),
        ("GOOGLE_CLIENT_SECRET", CLIENT_SECRET),
        ("GOOGLE_URL", settings.google_url),
    ):
        environment.setenv(f"KITH_{name}", str(value))
    commands: list[tuple[str, ...]] = [("export", "ndjson"), ("accounts", "list")]
    commands += [("accounts", "problems", each) for each in accounts]
    commands += [("accounts", "check", each) for each in accounts]
    for command in commands:
        done = run(rooms.service.conninfo, *command, *tenant)
        places.add(f"kith {' '.join(command[:2])}", done.stdout + done.stderr)
    places.dump(rooms.service.conninfo)


def test_no_secret_is_found_anywhere(
    rooms: Rooms, google: GoogleDouble, echoing: str, monkeypatch: pytest.MonkeyPatch
):
    of_a_webhook_and_a_feed(rooms)
    of_mistakes(rooms)
    of_refusals(rooms, echoing)
    accounts = [of_a_calendar(rooms), of_a_subscription(rooms), of_a_consent(rooms, google)]
    look_everywhere(rooms, accounts, monkeypatch)
    for account in accounts:
        assert rooms.client.delete(f"/api/accounts/{account}").status_code == 204
    rooms.places.dump(rooms.service.conninfo)
    assert rooms.places.found() == set()
    # Searching finds what is there.
    rooms.places.add("a test", f"x{base64.b64encode(f'ada:{PASSWORD}'.encode()).decode()}")
    assert rooms.places.found() == {"password in a test"}


def test_a_message_of_kafka_is_an_event_of_the_feed():
    assert vars(relayed)["cloud_event"] is cloud_events.cloud_event


@pytest.mark.parametrize("around", ["", "a", "ab", "abc"])
def test_a_secret_is_found_in_whatever_spelling(around: str):
    whole = f"{around}{PASSWORD}{around}"
    for text in (
        json.dumps(whole),
        quote(whole),
        base64.b64encode(whole.encode()).decode(),
        base64.urlsafe_b64encode(whole.encode()).decode(),
        whole.encode().hex(),
        json.dumps(whole).encode().hex(),
    ):
        assert any(form in text.lower() for form in forms(PASSWORD)), text
    assert not any(form in MISTYPED.lower() for form in forms(PASSWORD))


class TestMutants:
    """Each leaks a secret somewhere, and is found out there."""

    def test_a_seal_that_keeps_secrets_plain_is_found_in_the_database(
        self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(Keys, "seal", lambda _, value, *_place: f"sealed:tests:{value}")
        monkeypatch.setattr(
            Keys, "open", lambda _, sealed, *_place: sealed.removeprefix("sealed:tests:")
        )
        of_a_calendar(rooms)
        rooms.places.dump(rooms.service.conninfo)
        assert rooms.places.found() == {"password in the database"}

    def test_an_error_that_repeats_an_address_is_found_in_an_answer(
        self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
    ):
        def repeating(url: str, *, allow_private: bool) -> Endpoint:
            try:
                return endpoint(url, allow_private=allow_private)
            except NotAllowed as error:
                raise NotAllowed(f"{error} ({url})") from None

        monkeypatch.setattr(account_logins, "endpoint", repeating)
        of_mistakes(rooms)
        assert "password in the answer to POST" in rooms.places.found()

    def test_an_error_that_repeats_a_server_is_found_in_an_answer(
        self, rooms: Rooms, echoing: str, monkeypatch: pytest.MonkeyPatch
    ):
        def repeating(answer: Answer) -> ServiceError:
            return ServiceError(f"The server says {answer.headers.get('www-authenticate')}.")

        monkeypatch.setattr("infrastructure.calendars.caldav.dav.failure", repeating)
        of_refusals(rooms, echoing)
        assert "password in the answer to POST" in rooms.places.found()

    def test_a_request_for_tokens_that_is_logged_is_found_in_the_log(
        self, rooms: Rooms, google: GoogleDouble, monkeypatch: pytest.MonkeyPatch
    ):
        request = Client.request

        async def logged(self: Client, method: str, url: str, *more: Any) -> Answer:
            logging.getLogger("mutant").debug("%s %s %s", method, url, more)
            return await request(self, method, url, *more)

        monkeypatch.setattr(Client, "request", logged)
        rooms.places.secrets |= {"tokens": MARK, "code": CODE}
        redeemed(rooms, google)
        found = rooms.places.found()
        assert {f"{name} in the log" for name in ("tokens", "code", "client secret")} <= found

    def test_an_address_as_the_id_of_a_calendar_is_found_in_the_database(
        self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
    ):
        listed = Subscription.calendars

        async def by_address(self: Subscription) -> list[Calendar]:
            return [each._replace(id=self._url) for each in await listed(self)]

        monkeypatch.setattr(Subscription, "calendars", by_address)
        of_a_subscription(rooms)
        rooms.places.dump(rooms.service.conninfo)
        assert "address of a subscription in the database" in rooms.places.found()
