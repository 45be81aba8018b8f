"""A double of Google Calendar (v3), as its documents describe it, sparse where they say so.

Every request and every answer is held against Google's own description.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tests.doubles import google_schema
from tests.doubles.notices import Notices
from tests.doubles.server import Double, Reply, Request

OWNER = "ada@example.com"
MOST_LISTED = 250
STAMP = "%Y%m%dT%H%M%SZ"
LIFE = timedelta(days=7)
"""Of a channel, whatever is asked for."""


class GoogleDouble(Double):
    """`PAGES` bounds the pages that it gives; `repeats` lists every item twice, as may happen where
    something changes between pages; `expired` are sync tokens that are good no longer. `channels`
    are those that weren't stopped; `life` is that of the next ones."""

    def __init__(self) -> None:
        super().__init__()
        self.calendars: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, dict[str, Any]]] = {}
        self.changed: dict[str, dict[str, int]] = {}
        self.rests: dict[str, tuple[list[dict[str, Any]], int]] = {}
        self.clock = 0
        self.most = MOST_LISTED
        self.repeats = False
        self.expired_before = 0
        self.channels: dict[str, dict[str, Any]] = {}
        self.notices = Notices()
        self.life = LIFE
        self.add_calendar(OWNER, "Ada", primary=True)

    # The user's own hand.

    def add_calendar(self, id: str, name: str, role: str = "owner", **more: Any) -> None:
        self.calendars[id] = {
            "kind": "calendar#calendarListEntry",
            "id": id,
            "summary": name,
            "accessRole": role,
            "timeZone": "Europe/Berlin",
            **more,
        }
        self.events[id], self.changed[id] = {}, {}

    def write(self, calendar: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Store an event, as any client of the user does."""
        with self.lock:
            self.clock += 1
            name = raw.get("id") or f"e{self.clock:05}"
            before = self.events[calendar].get(name, {})
            stored = {
                "kind": "calendar#event",
                "status": "confirmed",
                "iCalUID": f"{name}@google.com",
                "organizer": {"email": calendar, "self": True},
                "creator": {"email": OWNER},
                "created": _stamp(self.clock),
                "eventType": "default",
                "reminders": {"useDefault": True},
                **before,
                **raw,
                "id": name,
                "etag": f'"{self.clock}"',
                "updated": _stamp(self.clock),
                "sequence": before.get("sequence", -1) + 1,
                "htmlLink": f"https://www.google.com/calendar/event?eid={name}",
            }
            self.events[calendar][name] = _without_nulls(stored)
            self.changed[calendar][name] = self.clock
            self._notify(calendar)
            return self.events[calendar][name]

    def remove(self, calendar: str, id: str) -> None:
        """Delete an event; an instance becomes a sparse exception."""
        with self.lock:
            raw = self.event(calendar, id)
            assert raw is not None
            if "recurringEventId" in raw:
                kept = ("id", "recurringEventId", "originalStartTime", "iCalUID")
                sparse = {name: raw[name] for name in kept}
                self.clock += 1
                self.events[calendar][id] = {
                    **sparse,
                    "kind": "calendar#event",
                    "etag": f'"{self.clock}"',
                    "status": "cancelled",
                }
                self.changed[calendar][id] = self.clock
                self._notify(calendar)
                return
            self.write(calendar, {**raw, "status": "cancelled"})
            for each in list(self.events[calendar].values()):
                if each.get("recurringEventId") == id and each["status"] != "cancelled":
                    self.remove(calendar, each["id"])

    def event(self, calendar: str, id: str) -> dict[str, Any] | None:
        """An event, or an instance that is made of its series."""
        if id in self.events[calendar]:
            return self.events[calendar][id]
        master = self.events[calendar].get(id.rpartition("_")[0])
        found = self._instances(calendar, master) if master else ()
        return next((each for each in found if each["id"] == id), None)

    # The API.

    def api(self, request: Request) -> Reply:
        google_schema.check_request(request)
        reply = self._routed(request)
        if reply.status < 300 and self.checks_answers:
            google_schema.check_answer(request, reply.body)
        return reply

    def _routed(self, request: Request) -> Reply:
        path = request.path[2:]
        if path == ("users", "me", "calendarList"):
            return Reply(
                200, {"kind": "calendar#calendarList", "items": [*self.calendars.values()]}
            )
        if path == ("calendars",):
            self.clock += 1
            made = f"c{self.clock}@group.calendar.google.com"
            self.add_calendar(made, request.body["summary"])
            return Reply(200, {"kind": "calendar#calendar", "id": made, **request.body})
        if path == ("channels", "stop"):
            return self._stop(request.body)
        calendar = path[1]
        if calendar not in self.calendars:
            return _error(404, "notFound")
        if len(path) == 2:
            assert request.method == "DELETE", request
            del self.calendars[calendar]
            return Reply(204)
        if path[2:] == ("events", "watch"):
            return self._watch(calendar, request.body)
        if request.method != "GET":
            assert request.query.get("sendUpdates") == "none", request
            assert not (request.body or {}).get("attendees"), request
        if len(path) == 3:
            return (
                self._list(calendar, request)
                if request.method == "GET"
                else (self._insert(calendar, request.body))
            )
        raw = self.event(calendar, path[3])
        if raw is None:
            return _error(404, "notFound")
        if len(path) == 5:
            return self._page(calendar, [*self._instances(calendar, raw, request)], request)
        if request.method == "GET":
            return Reply(200, raw)
        if request.headers.get("if-match", raw["etag"]) != raw["etag"]:
            return _error(412, "conditionNotMet")
        if request.method == "DELETE":
            if raw["status"] == "cancelled":
                return _error(410, "deleted")
            self.remove(calendar, raw["id"])
            return Reply(204)
        if request.method == "PUT":
            assert request.body.get("sequence", 0) >= raw.get("sequence", 0), "sequence"
            self.events[calendar].pop(raw["id"])
            return Reply(200, self.write(calendar, request.body))
        return Reply(200, self.write(calendar, _merged(raw, request.body)))

    def _watch(self, calendar: str, body: dict[str, Any]) -> Reply:
        assert (body["type"], len(body["token"]) <= 256) == ("web_hook", True), body
        if body["id"] in self.channels:
            return _error(400, "channelIdNotUnique")
        expires_at = datetime.now(UTC) + self.life
        channel = {
            "calendar": calendar,
            "address": body["address"],
            "token": body["token"],
            "resourceId": secrets.token_urlsafe(20),
            "expiration": str(int(expires_at.timestamp() * 1000)),
            "number": 0,
        }
        self.channels[body["id"]] = channel
        self._send(body["id"], "sync")
        shown = {name: channel[name] for name in ("resourceId", "expiration", "token")}
        return Reply(200, {"kind": "api#channel", "id": body["id"], **shown})

    def _stop(self, body: dict[str, Any]) -> Reply:
        channel = self.channels.get(body["id"])
        if channel is None or channel["resourceId"] != body["resourceId"]:
            return _error(404, "notFound")
        del self.channels[body["id"]]
        return Reply(204)

    def _notify(self, calendar: str) -> None:
        """Tell the channels of a calendar that it has changed: kith's own changes, too."""
        for name, channel in list(self.channels.items()):
            if channel["calendar"] == calendar:
                self._send(name, "exists")

    def _send(self, name: str, state: str) -> None:
        channel = self.channels[name]
        channel["number"] += 1
        headers = {
            "X-Goog-Channel-ID": name,
            "X-Goog-Channel-Token": self.notices.token or channel["token"],
            "X-Goog-Resource-ID": channel["resourceId"],
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(channel["number"]),
        }
        self.notices.send(channel["address"], headers)

    def _insert(self, calendar: str, body: dict[str, Any]) -> Reply:
        if body.get("id") in self.events[calendar]:
            return _error(409, "duplicate")
        return Reply(200, self.write(calendar, body))

    def _list(self, calendar: str, request: Request) -> Reply:
        query = request.query
        assert not ("syncToken" in query and "timeMin" in query), "timeMin beside syncToken"
        sync = query.get("syncToken")
        if sync is not None:
            if not sync.isdecimal() or int(sync) < self.expired_before:
                return _error(410, "fullSyncRequired")
            found = [
                _sparse(self.events[calendar][name])
                for name, at in self.changed[calendar].items()
                if at > int(sync)
            ]
            return self._page(calendar, found, request)
        stored = self.events[calendar].values()
        if "iCalUID" in query:
            return self._page(
                calendar, [one for one in stored if one["iCalUID"] == query["iCalUID"]], request
            )
        since = datetime.fromisoformat(query["timeMin"])
        return self._page(
            calendar,
            [_sparse(one) for one in stored if "recurrence" in one or _ends(one) > since],
            request,
        )

    def _page(self, calendar: str, items: list[dict[str, Any]], request: Request) -> Reply:
        """A page token stands for the whole rest, so that a round sees one state."""
        token = request.query.get("pageToken")
        clock = self.clock
        if token is not None:
            items, clock = self.rests[token]
        most = min(self.most, int(request.query.get("maxResults", MOST_LISTED)))
        body = {
            "kind": "calendar#events",
            "summary": self.calendars[calendar]["summary"],
            "timeZone": "Europe/Berlin",
            "items": items[:most] * (2 if self.repeats else 1),
        }
        if items[most:]:
            body["nextPageToken"] = f"page-{len(self.rests)}"
            self.rests[body["nextPageToken"]] = (items[most:], clock)
        else:
            body["nextSyncToken"] = str(clock)
        return Reply(200, body)

    def _instances(
        self, calendar: str, master: dict[str, Any], request: Request | None = None
    ) -> Iterable[dict[str, Any]]:
        query = request.query if request else {}
        since = datetime.fromisoformat(query.get("timeMin", "2000-01-01T00:00:00+00:00"))
        until = datetime.fromisoformat(query.get("timeMax", "2100-01-01T00:00:00+00:00"))
        for begins in _expanded(master, until + timedelta(days=366)):
            name = f"{master['id']}_{_name(begins)}"
            raw = self.events[calendar].get(name) or _instance(master, begins, name)
            where = raw if "start" in raw else {**raw, "start": raw["originalStartTime"]}
            if _at(where["start"]) < until and _ends(where) >= since:
                yield raw


def _expanded(master: dict[str, Any], until: datetime) -> Iterable[datetime | date]:
    start = master["start"]
    whole = "date" in start
    zone = ZoneInfo("UTC" if whole else start["timeZone"])
    first = _at(start).astimezone(zone).replace(tzinfo=None)
    for begins in rrulestr("\n".join(master["recurrence"]), dtstart=first):
        aware = begins.replace(tzinfo=zone)
        if aware >= until:
            return
        yield begins.date() if whole else aware


def _instance(master: dict[str, Any], begins: datetime | date, name: str) -> dict[str, Any]:
    length = _at(master["end"]) - _at(master["start"])
    kept = {key: value for key, value in master.items() if key != "recurrence"}
    zone = master["start"].get("timeZone")
    return {
        **kept,
        "id": name,
        "recurringEventId": master["id"],
        "originalStartTime": _moment(begins, zone),
        "start": _moment(begins, zone),
        "end": _moment(begins + length, zone),
    }


def _moment(at: datetime | date, zone: str | None) -> dict[str, str]:
    if isinstance(at, datetime):
        return {"dateTime": at.isoformat(), "timeZone": zone or "UTC"}
    return {"date": at.isoformat()}


def _name(at: datetime | date) -> str:
    return at.astimezone(UTC).strftime(STAMP) if isinstance(at, datetime) else f"{at:%Y%m%d}"


def _at(moment: dict[str, str]) -> datetime:
    if "dateTime" in moment:
        return datetime.fromisoformat(moment["dateTime"])
    return datetime.fromisoformat(moment["date"]).replace(tzinfo=UTC)


def _ends(raw: dict[str, Any]) -> datetime:
    moment = raw.get("end") or raw.get("start") or raw.get("originalStartTime")
    return _at(moment) if moment else datetime.max.replace(tzinfo=UTC)


def _sparse(raw: dict[str, Any]) -> dict[str, Any]:
    """A deleted event as a list tells it: its id, and no more than that is sure."""
    if raw["status"] != "cancelled" or "recurringEventId" in raw:
        return raw
    return {name: raw[name] for name in ("kind", "etag", "id", "status")}


def _merged(raw: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    merged = dict(raw)
    for name, value in patch.items():
        nested = isinstance(value, dict) and isinstance(raw.get(name), dict)
        merged[name] = _merged(raw[name], value) if nested else value
    return merged


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return value


def _stamp(clock: int) -> str:
    return (datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=clock)).isoformat()


def _error(status: int, reason: str, headers: dict[str, str] | None = None) -> Reply:
    errors = [{"domain": "global", "reason": reason, "message": reason}]
    body = {"error": {"code": status, "message": reason, "errors": errors}}
    return Reply(status, body, headers or {})


def rate_limited(seconds: int | None = None) -> Reply:
    """Too many requests, as Google says it: 403, and mostly without a time."""
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return _error(403, "rateLimitExceeded", headers)
