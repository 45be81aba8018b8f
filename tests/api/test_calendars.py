"""kith beside a real calendar server: both sides show one meeting."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.running import Service, running
from tests.infrastructure.calendars.servers import PASSWORD, USER, Server, radicale

SOON = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
SECONDS_TO_PUSH, SECONDS_TO_PULL = 60.0, 60.0
"""No test fails because the machine is busy; the benchmarks have the figures."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with radicale(tmp_path_factory.mktemp("radicale")) as one:
        yield one


@pytest.fixture(scope="module")
def synced(database: Callable[[], str]) -> Iterator[Service]:
    with running(database(), sync=True, accounts_allow_private=True) as one:
        yield one


class Calendar:
    """A calendar of its own at the server, as another client of its user sees it."""

    def __init__(self, server: Server, name: str):
        self.server = server
        self.url = asyncio.run(server.calendar(name))
        self.client = httpx.Client(auth=(USER, PASSWORD), trust_env=False)

    def names(self) -> list[str]:
        found = self.client.request("PROPFIND", self.url, headers={"Depth": "1"}).text
        return sorted(
            part.split("</")[0].rpartition("/")[2]
            for part in found.split("href>")
            if ".ics</" in part
        )

    def text(self) -> str:
        """The only event there is."""
        (name,) = self.names()
        return self.client.get(f"{self.url}{name}").text

    def write(self, text: str, name: str | None = None) -> None:
        name = name or self.names()[0]
        assert self.client.put(f"{self.url}{name}", content=text.encode()).status_code < 300

    def delete(self) -> None:
        (name,) = self.names()
        assert self.client.delete(f"{self.url}{name}").status_code < 300


def until(found: Callable[[], Any], seconds: float = SECONDS_TO_PULL) -> Any:
    """Wait until something is found."""
    last = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < last, "in vain"
        time.sleep(0.05)
    return value


@pytest.fixture
def calendar(server: Server, request: pytest.FixtureRequest) -> Calendar:
    return Calendar(server, f"c{abs(hash(request.node.name))}")


@pytest.fixture
def client(synced: Service, tenant: str) -> httpx.Client:
    return synced.client(tenant=tenant)


@pytest.fixture
def account(client: httpx.Client, calendar: Calendar) -> str:
    """An account with the calendar, connected as a person does."""
    login = {"kind": "caldav", "url": calendar.url, "username": USER, "password": PASSWORD}
    response = client.post("/api/accounts", json=login)
    assert response.status_code == 201, response.text
    identity = response.json()["id"]
    calendars = client.get(f"/api/accounts/{identity}/calendars").json()["items"]
    mine = [each["id"] for each in calendars if each["name"] in calendar.url]
    chosen = [{"id": mine[0], "read": True, "write": True}]
    response = client.put(f"/api/accounts/{identity}/calendars", json={"items": chosen})
    assert response.status_code == 200, response.text
    return str(identity)


@pytest.fixture
def contact(client: httpx.Client) -> str:
    body = {"name": "Ann Lee", "email": "ann@example.com"}
    return str(client.post("/api/contacts", json=body).json()["id"])


def meeting_made(client: httpx.Client, contact: str) -> str:
    body = {
        "contactId": contact,
        "scheduledDateTime": SOON.isoformat(),
        "purpose": "Lunch",
        "agendaItems": ["Price"],
    }
    response = client.post("/api/meetings", json=body)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def test_a_meeting_made_in_kith_stands_in_the_calendar_and_follows_it(
    client: httpx.Client, account: str, contact: str, calendar: Calendar
):
    meeting = meeting_made(client, contact)
    until(calendar.names, SECONDS_TO_PUSH)
    text = calendar.text()
    assert f"UID:{meeting}@kith" in text
    assert "SUMMARY:Lunch" in text
    assert "ATTENDEE" not in text

    start = f"{SOON:%Y%m%dT%H%M%SZ}"
    later = SOON + timedelta(days=1)
    moved = text.replace(start, f"{later:%Y%m%dT%H%M%SZ}")
    ended = f"{SOON + timedelta(minutes=30):%Y%m%dT%H%M%SZ}"
    moved = moved.replace(ended, f"{later + timedelta(minutes=30):%Y%m%dT%H%M%SZ}")
    calendar.write(moved)
    assert client.post(f"/api/accounts/{account}/sync").status_code == 202
    shown = f"/api/meetings/{meeting}"

    def has_moved() -> bool:
        found = datetime.fromisoformat(client.get(shown).json()["scheduledDateTime"])
        return found == later

    until(has_moved)
    assert "endsAt" not in client.get(shown).json()

    calendar.delete()
    client.post(f"/api/accounts/{account}/sync")
    until(lambda: client.get(shown).json()["status"] == "cancelled")


def test_a_meeting_made_in_the_calendar_is_in_kith_and_follows_kith(
    client: httpx.Client, account: str, contact: str, calendar: Calendar
):
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//tests//EN",
        "BEGIN:VEVENT",
        "UID:outside-1",
        f"DTSTAMP:{SOON:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{SOON:%Y%m%dT%H%M%SZ}",
        f"DTEND:{SOON + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        "SUMMARY:Breakfast",
        "ATTENDEE;CN=Ann Lee:mailto:Ann@Example.com",
        "X-FOREIGN:stays",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    calendar.write("\r\n".join(lines), "outside-1.ics")
    client.post(f"/api/accounts/{account}/sync")
    (found,) = until(lambda: client.get("/api/meetings").json()["items"])
    assert found["contactId"] == contact
    assert found["purpose"] == "Breakfast"
    shown = f"/api/meetings/{found['id']}"
    tag = client.get(shown).headers["ETag"]
    body = {"location": "Room 1"}
    response = client.put(shown, json=body, headers={"If-Match": tag})
    assert response.status_code == 200, response.text
    until(lambda: "LOCATION:Room 1" in calendar.text(), SECONDS_TO_PUSH)
    assert "X-FOREIGN:stays" in calendar.text()
    state = until(
        lambda: (one := client.get(f"/api/accounts/{account}").json())["state"] == "active" and one
    )
    assert state["progress"]["tracked"] == 1
    until(lambda: client.get(shown).json()["calendarSynced"])
    client.put(f"{shown}/cancel")
    assert not client.get(shown).json()["calendarSynced"], "its event is the user's own, and stays"


def test_a_meeting_says_whether_the_calendar_has_it_as_it_is(
    client: httpx.Client, account: str, contact: str, calendar: Calendar
):
    shown = f"/api/meetings/{meeting_made(client, contact)}"

    def stands() -> bool:
        (listed,) = client.get("/api/meetings").json()["items"]
        found = bool(client.get(shown).json()["calendarSynced"])
        return found and bool(listed["calendarSynced"])

    until(stands, SECONDS_TO_PUSH)
    assert calendar.names()
    tag = client.get(shown).headers["ETag"]
    assert client.post(f"/api/accounts/{account}/pause").status_code == 202
    body = {"purpose": "Dinner", "calendarSynced": True}
    changed = client.put(shown, json=body, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert not stands()
    assert client.post(f"/api/accounts/{account}/resume").status_code == 202
    until(stands, SECONDS_TO_PUSH)
    assert "SUMMARY:Dinner" in calendar.text()
    assert client.get(shown).headers["ETag"] == changed.headers["ETag"]


@pytest.mark.parametrize("said", [True, False])
def test_a_meeting_of_a_user_without_an_account_shows_what_was_said(
    synced: Service, tenant: str, account: str, contact: str, said: bool
):
    assert account
    client = synced.client(tenant=tenant, user="6")
    body = {"contactId": contact, "scheduledDateTime": SOON.isoformat(), "calendarSynced": said}
    made = client.post("/api/meetings", json=body).json()
    assert client.get(f"/api/meetings/{made['id']}").json() == made


def test_the_role_leaves_no_secret_in_metrics(synced: Service, account: str):
    with synced.anonymous() as anonymous:
        told = anonymous.get("/metrics").text
    assert "kith_sync_waiting" in told
    assert PASSWORD not in told
    assert account not in told
