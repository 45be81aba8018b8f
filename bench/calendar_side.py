"""kith beside a calendar at a server, which a client of its user fills and changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bench.meters import postmaster
from bench.plan import Bench
from bench.servers import Server, kith
from tests.infrastructure.calendars.servers import PASSWORD, USER
from tests.infrastructure.calendars.servers import Server as CalendarServer

DATABASE = "calendars"
SETTINGS = {
    "KITH_ACCOUNTS_ALLOW_PRIVATE": "1",
    "KITH_SECRET_KEYS": "bench:" + "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoYmU=",
}
DAYS = 90
"""Events are spread over as many days before and after today."""

WITH_CONTACTS = 10
"""One of so many events has a contact among its people, and becomes a meeting."""

EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:Talk about the renewal, number {number}
LOCATION:Office, 4th floor
DESCRIPTION:The open points of the renewal, and the price of the seats.
ORGANIZER;CN=Ada:mailto:ada@example.com
ATTENDEE;CN=Guest;PARTSTAT=ACCEPTED:mailto:{guest}
END:VEVENT
"""

PATIENCE = 600.0
"""Seconds of a request to the calendar server."""


class Side:
    """kith, and a calendar that is at first empty and not connected."""

    def __init__(self, bench: Bench, server: Server, there: CalendarServer, name: str):
        self.server = server
        self.there = there
        self.url = f"{there.home}{name}/"
        self.database = bench.ground.url(DATABASE)
        self.pids = server.pid, there.pid, postmaster(bench.ground.data_dir)
        token = {"Authorization": f"Bearer {server.token}"}
        url = f"http://127.0.0.1:{server.port}"
        self.kith = httpx.Client(base_url=url, headers=token, trust_env=False, timeout=60)
        login = USER, PASSWORD
        self.calendar = httpx.Client(auth=login, trust_env=False, timeout=PATIENCE)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.kith.post(path, json=body).raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def get(self, path: str) -> dict[str, Any]:
        return dict(self.kith.get(path).raise_for_status().json())

    def fill(self, count: int) -> None:
        """Make the calendar with so many events."""
        today = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
        lines = ["BEGIN:VCALENDAR\n", "VERSION:2.0\n", "PRODID:-//kith//bench//EN\n"]
        for number in range(count):
            start = today + timedelta(days=number * 2 * DAYS // count - DAYS, minutes=number % 600)
            guest = "ann" if number % WITH_CONTACTS == 0 else f"guest-{number}"
            lines.append(
                EVENT.format(
                    uid=f"bench-{number}",
                    number=number,
                    start=start,
                    end=start + timedelta(hours=1),
                    guest=f"{guest}@example.com",
                )
            )
        text = "".join([*lines, "END:VCALENDAR\n"]).replace("\n", "\r\n")
        content = {"Content-Type": "text/calendar; charset=utf-8"}
        self.calendar.put(self.url, content=text.encode(), headers=content).raise_for_status()

    def connect(self) -> str:
        login = {"kind": "caldav", "url": self.url, "username": USER, "password": PASSWORD}
        return f"/api/accounts/{self.post('/api/accounts', login)['id']}"

    def contact(self) -> str:
        return str(self.post("/api/contacts", {"name": "Ann", "email": "ann@example.com"})["id"])


@contextmanager
def beside(bench: Bench, there: CalendarServer, name: str) -> Iterator[Side]:
    """A kith of its own, which nothing has been asked of."""
    bench.ground.make(DATABASE)
    with kith(bench.ground, DATABASE, **SETTINGS) as server:
        side = Side(bench, server, there, name)
        with side.kith, side.calendar:
            yield side
