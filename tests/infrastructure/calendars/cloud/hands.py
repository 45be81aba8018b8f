"""A user's own hand in a calendar of Google's or Microsoft's, in one form for both."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest

from infrastructure.calendars.consented import Consented, consented
from infrastructure.calendars.port import Window
from infrastructure.oauth.providers import Provider, google, microsoft
from infrastructure.oauth.tokens import Grant
from infrastructure.outside.way_out import WayOut
from tests.doubles import google_schema, graph_schema
from tests.doubles.google import GoogleDouble
from tests.doubles.graph import GraphDouble
from tests.doubles.server import Double, Reply, Request, serving

Service = Consented

START = datetime(2026, 12, 1, 10, tzinfo=UTC)
"""A Tuesday."""

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
BERLIN = "Europe/Berlin"


class Hand(Protocol):
    """`double` has the calendar. `kept` are the grants that were kept."""

    double: Any
    calendar: str
    kept: list[Grant]

    def add(
        self,
        title: str = "Lunch",
        start: datetime = START,
        *,
        guests: Sequence[str] = (),
        times: int = 1,
        whole_day: bool = False,
        private: bool = False,
        notes: str = "",
        **more: Any,
    ) -> str:
        """Add an event of an hour, every week so many times; its id."""

    def change(self, id: str, **fields: Any) -> None:
        """Change an event: its `title` or `start`."""

    def instance(self, id: str, start: datetime) -> str:
        """The id of a series' instance."""

    def provider(self) -> Provider: ...

    def delete(self, id: str) -> None: ...

    def service(self, *, expired: bool = False) -> Service: ...

    def raw(self, id: str) -> dict[str, Any]: ...


class _Hand:
    def __init__(self, double: Any, calendar: str):
        self.double = double
        self.calendar = calendar
        self.kept: list[Grant] = []

    def provider(self) -> Provider:
        raise NotImplementedError

    def delete(self, id: str) -> None:
        self.double.remove(self.calendar, id)

    def raw(self, id: str) -> dict[str, Any]:
        found = self.double.event(self.calendar, id)
        assert found is not None
        return found

    def service(self, *, expired: bool = False) -> Service:
        async def keep(grant: Grant) -> None:
            self.kept.append(grant)

        life = timedelta(0 if expired else 1)
        grant = Grant(self.double.access, self.double.refresh, datetime.now(UTC) + life)
        return consented(self.provider(), grant.secrets, WayOut(allow_private=True), keep)


class GoogleHand(_Hand):
    def provider(self) -> Provider:
        return google("client", "secret", self.double.origin)

    def add(
        self,
        title: str = "Lunch",
        start: datetime = START,
        *,
        guests: Sequence[str] = (),
        times: int = 1,
        whole_day: bool = False,
        private: bool = False,
        notes: str = "",
        **more: Any,
    ) -> str:
        raw = {
            "summary": title,
            **self._times(start, whole_day=whole_day),
            **({"attendees": [{"email": each} for each in guests]} if guests else {}),
            **({"recurrence": [f"RRULE:FREQ=WEEKLY;COUNT={times}"]} if times > 1 else {}),
            **({"visibility": "private"} if private else {}),
            **({"description": notes} if notes else {}),
            **more,
        }
        return str(self.double.write(self.calendar, raw)["id"])

    def change(self, id: str, **fields: Any) -> None:
        raw = self.raw(id)
        if "title" in fields:
            raw = {**raw, "summary": fields["title"]}
        if "start" in fields:
            raw = {**raw, **self._times(fields["start"])}
        self.double.write(self.calendar, raw)

    def instance(self, id: str, start: datetime) -> str:
        return f"{id}_{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def _times(self, start: datetime, *, whole_day: bool = False) -> dict[str, Any]:
        if whole_day:
            end = (start + timedelta(days=1)).date()
            return {"start": {"date": start.date().isoformat()}, "end": {"date": end.isoformat()}}
        return {
            name: {"dateTime": at.isoformat(), "timeZone": BERLIN}
            for name, at in (("start", start), ("end", start + HOUR))
        }


class GraphHand(_Hand):
    def provider(self) -> Provider:
        return microsoft("client", "secret", "common", self.double.origin)

    def add(
        self,
        title: str = "Lunch",
        start: datetime = START,
        *,
        guests: Sequence[str] = (),
        times: int = 1,
        whole_day: bool = False,
        private: bool = False,
        notes: str = "",
        **more: Any,
    ) -> str:
        pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]}
        range_ = {"type": "numbered", "numberOfOccurrences": times}
        raw = {
            "subject": title,
            **self._times(start, whole_day=whole_day),
            "attendees": [_guest(each) for each in guests],
            **({"recurrence": {"pattern": pattern, "range": range_}} if times > 1 else {}),
            **({"sensitivity": "private"} if private else {}),
            **({"body": {"contentType": "html", "content": notes}} if notes else {}),
            **more,
        }
        return str(self.double.write(self.calendar, raw)["id"])

    def change(self, id: str, **fields: Any) -> None:
        raw = self.raw(id)
        if raw["type"] == "occurrence":
            raw = {**raw, "type": "exception"}
        if "title" in fields:
            raw = {**raw, "subject": fields["title"]}
        if "start" in fields:
            raw = {**raw, **self._times(fields["start"])}
        self.double.write(self.calendar, raw)

    def instance(self, id: str, start: datetime) -> str:
        return f"{id}.{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _times(self, start: datetime, *, whole_day: bool = False) -> dict[str, Any]:
        zone = "UTC" if whole_day else "W. Europe Standard Time"
        local = start.astimezone(UTC if whole_day else ZoneInfo(BERLIN)).replace(tzinfo=None)
        end = local + (timedelta(days=1) if whole_day else HOUR)
        return {
            "isAllDay": whole_day,
            "start": {"dateTime": local.isoformat(), "timeZone": zone},
            "end": {"dateTime": end.isoformat(), "timeZone": zone},
        }


def _guest(address: str) -> dict[str, Any]:
    status = {"response": "none", "time": "0001-01-01T00:00:00Z"}
    return {"type": "required", "status": status, "emailAddress": {"address": address}}


def meanwhile(hand: Hand, id: str) -> None:
    """The user changes an event between the look and the write."""
    done: list[Request] = []

    def changing(request: Request) -> bool:
        if request.method == "PATCH" and not done:
            done.append(request)
            hand.change(id, title="Mine")
        return False

    hand.double.fail(Reply(500), changing)


def google_hand() -> tuple[Double, GoogleHand]:
    double = GoogleDouble()
    return double, GoogleHand(double, next(iter(double.calendars)))


def graph_hand() -> tuple[Double, GraphHand]:
    double = GraphDouble()
    return double, GraphHand(double, next(iter(double.calendars)))


@contextmanager
def hand_of(kind: str) -> Iterator[Hand]:
    """The hand of a running double of Google's or Microsoft's; skips without their description."""
    described = google_schema.DOCUMENT if kind == "google" else graph_schema.TYPES
    if not described.exists():
        pytest.skip(f"no {described.name}: make providers fetches it")
    double, one = google_hand() if kind == "google" else graph_hand()
    with serving(double):
        yield one
