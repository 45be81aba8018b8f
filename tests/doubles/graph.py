"""A double of Microsoft Graph's calendars (v1.0), as its documents describe them.

Every body, of a request and of an answer, is held against Microsoft's own types.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tests.doubles import graph_schema
from tests.doubles.notices import Notices
from tests.doubles.server import Double, Reply, Request

OWNER = "ada@example.com"
MOST_LISTED = 50
DELTA_HEADERS = ('outlook.timezone="UTC"', 'IdType="ImmutableId"')
OWN = re.compile(
    r"singleValueExtendedProperties/any\(p:p/id eq '([^']*)' and p/value eq '([^']*)'\)"
)
LIFE = timedelta(minutes=4_230)
"""The longest of a subscription."""

LONGEST_STATE = 128
HIDDEN = ("singleValueExtendedProperties", "exceptionOccurrences", "cancelledOccurrences")


class GraphDouble(Double):
    """`most` bounds the pages that it gives; `repeats` lists every item twice; delta tokens older
    than `expired_before` are good no longer. `answers_again` repeats the answer to a transaction
    that it knows, where a real server may also refuse. `state` is what links carry beside.
    `channels` are the subscriptions that weren't ended; `life` is the longest of one."""

    def __init__(self) -> None:
        super().__init__()
        self.calendars: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, dict[str, Any]]] = {}
        self.changed: dict[str, dict[str, int]] = {}
        self.transactions: dict[str, tuple[str, dict[str, Any]]] = {}
        self.windows: dict[str, tuple[str, datetime, datetime]] = {}
        self.clock = 0
        self.most = MOST_LISTED
        self.repeats = False
        self.expired_before = 0
        self.answers_again = False
        self.state = ""
        self.channels: dict[str, dict[str, Any]] = {}
        self.notices = Notices()
        self.life = LIFE
        self.add_calendar("AAMk=cal/1", "Calendar", isDefaultCalendar=True)

    # The user's own hand.

    def add_calendar(self, id: str, name: str, *, edits: bool = True, **more: Any) -> None:
        owner = {"name": "Ada", "address": OWNER}
        self.calendars[id] = {"id": id, "name": name, "canEdit": edits, "owner": owner, **more}
        self.events[id], self.changed[id] = {}, {}

    def write(self, calendar: str, raw: dict[str, Any]) -> dict[str, Any]:
        """Store an event, as any client of the user does."""
        with self.lock:
            self.clock += 1
            key = raw.get("id") or f"AAMkA/{self.clock}=="
            stored = {
                "iCalUId": f"040000008200E00074C5B7101A82E008{self.clock:08X}",
                "type": "seriesMaster" if raw.get("recurrence") else "singleInstance",
                "transactionId": None,
                "isAllDay": False,
                "isCancelled": False,
                "isOrganizer": True,
                "sensitivity": "normal",
                "showAs": "busy",
                "attendees": [],
                "location": {"displayName": ""},
                "body": {"contentType": "html", "content": ""},
                "organizer": {"emailAddress": {"name": "Ada", "address": OWNER}},
                "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
                **self.events[calendar].get(key, {}),
                **raw,
                "id": key,
                "@odata.etag": f'W/"{self.clock}"',
                "lastModifiedDateTime": _stamp(self.clock),
            }
            if stored["body"]["contentType"] == "text":
                lines = escape(stored["body"]["content"]).replace("\n", "<br>\r\n")
                content = f"<html><head></head><body>{lines}</body></html>"
                stored["body"] = {"contentType": "html", "content": content}
            for name in ("start", "end"):
                original = f"original{name.title()}TimeZone"
                if original not in stored or raw.get(name, {}).get("timeZone", "UTC") != "UTC":
                    stored[original] = stored[name]["timeZone"]
                stored[name] = _utc(stored[name])
            self.events[calendar][key] = stored
            self.changed[calendar][key] = self.clock
            self._notify(calendar)
            return stored

    def remove(self, calendar: str, id: str) -> None:
        """Delete an event. Of an instance nothing stays but its series, which has changed."""
        with self.lock:
            raw = self.event(calendar, id)
            assert raw is not None
            series = raw.get("seriesMasterId")
            self.clock += 1
            self.changed[calendar][series or id] = self.clock
            self.events[calendar].pop(id, None)
            if series:
                master = self.events[calendar][series]
                day = raw["originalStart"][:10]
                gone = master.get("cancelledOccurrences", [])
                changed = {"cancelledOccurrences": [*gone, f"OID.{series}.{day}"]}
                self.write(calendar, {**master, **changed})
                return
            for each in list(self.events[calendar].values()):
                if each.get("seriesMasterId") == id:
                    self.events[calendar].pop(each["id"])
            self._notify(calendar)

    def event(self, calendar: str, id: str) -> dict[str, Any] | None:
        if id in self.events[calendar]:
            return self.events[calendar][id]
        for master in self.events[calendar].values():
            if id.startswith(f"{master['id']}."):
                return next(
                    (one for one in self._instances(calendar, master) if one["id"] == id), None
                )
        return None

    # The API.

    def api(self, request: Request) -> Reply:
        if request.path[1] == "subscriptions":
            return self._subscriptions(request)
        if request.body is not None:
            kind = "Calendar" if request.path[-1] == "calendars" else "Event"
            graph_schema.check(kind, request.body)
            assert not request.body.get("attendees"), request
        for name in request.query.get("$select", "").split(","):
            kind = "Calendar" if request.path[-1] == "calendars" else "Event"
            assert not name or name in graph_schema.properties(kind), name
        for header in DELTA_HEADERS:
            assert header in request.headers.get("prefer", ""), request
        reply = self._routed(request)
        if reply.status < 300 and reply.body is not None and self.checks_answers:
            kind = "Calendar" if request.path[-1] == "calendars" else "Event"
            known = graph_schema.check_all if "value" in reply.body else graph_schema.check
            known(kind, reply.body)
        return reply

    def _routed(self, request: Request) -> Reply:
        path = request.path[1:]  # after v1.0
        if path == ("me", "calendars"):
            if request.method == "POST":
                self.clock += 1
                self.add_calendar(f"AAMk=made/{self.clock}", request.body["name"])
                return Reply(201, self.calendars[f"AAMk=made/{self.clock}"])
            return Reply(200, {"value": [*self.calendars.values()]})
        assert path[:2] == ("me", "calendars"), request
        calendar, rest = path[2], path[3:]
        if calendar not in self.calendars:
            return _error(404, "ErrorItemNotFound")
        if not rest:
            assert request.method == "DELETE", request
            del self.calendars[calendar]
            return Reply(204)
        if rest == ("calendarView", "delta"):
            return self._delta(calendar, request)
        assert rest[0] == "events", request
        if len(rest) == 1:
            if request.method == "POST":
                return self._create(calendar, request.body)
            return self._found(calendar, request)
        raw = self.event(calendar, rest[1])
        if raw is None:
            return _error(404, "ErrorItemNotFound")
        if len(rest) == 3:
            assert rest[2] == "instances", request
            since, until = (
                datetime.fromisoformat(request.query[name])
                for name in ("startDateTime", "endDateTime")
            )
            found = [one for one in self._instances(calendar, raw) if _within(one, since, until)]
            return self._page(found, request)
        if request.method == "GET":
            return Reply(200, self._shown(calendar, raw, request))
        if request.headers.get("if-match", raw["@odata.etag"]) != raw["@odata.etag"]:
            return _error(412, "ErrorIrresolvableConflict")
        # Whatever is done to an event with guests is told to them by mail.
        assert not raw["attendees"], "mail to guests"
        if request.method == "DELETE":
            self.remove(calendar, raw["id"])
            return Reply(204)
        assert request.method == "PATCH", request
        assert "transactionId" not in request.body, request
        exception = {"type": "exception"} if raw["type"] == "occurrence" else {}
        stored = self.write(calendar, {**raw, **request.body, **exception})
        return Reply(200, _visible(stored))

    def _subscriptions(self, request: Request) -> Reply:
        if request.body is not None:
            graph_schema.check("Subscription", request.body)
        name = "/".join(request.path[2:])
        if request.method == "POST":
            name = str(uuid4())
            assert len(request.body["clientState"]) <= LONGEST_STATE, request
            if not self.notices.validate(request.body["notificationUrl"]):
                return _error(400, "ValidationError")
            if request.body["resource"] not in map(_resource, self.calendars):
                return _error(404, "ErrorItemNotFound")
        elif name not in self.channels:
            return _error(404, "ResourceNotFound")
        if request.method == "DELETE":
            del self.channels[name]
            return Reply(204)
        end = datetime.fromisoformat(request.body["expirationDateTime"])
        if end > datetime.now(UTC) + self.life:
            return _error(400, "ExtensionError")
        shown = {"@odata.context": "x", **self.channels.get(name, {}), **request.body, "id": name}
        self.channels[name] = shown
        answer = {**shown, "clientState": None}
        graph_schema.check("Subscription", answer)
        return Reply(201 if request.method == "POST" else 200, answer)

    def _notify(self, calendar: str) -> None:
        """Tell the subscriptions of a calendar that it has changed: kith's own changes, too."""
        for name, channel in list(self.channels.items()):
            if channel["resource"] == _resource(calendar):
                notice = {
                    "subscriptionId": name,
                    "subscriptionExpirationDateTime": channel["expirationDateTime"],
                    "changeType": "updated",
                    "resource": channel["resource"],
                    "resourceData": {"@odata.type": "#Microsoft.Graph.Event"},
                    "clientState": self.notices.token or channel["clientState"],
                    "tenantId": str(UUID(int=0)),
                }
                body = {"value": [notice]}
                graph_schema.check("ChangeNotificationCollection", body)
                self.notices.send(channel["notificationUrl"], {}, body)

    def _create(self, calendar: str, body: dict[str, Any]) -> Reply:
        transaction = body.get("transactionId")
        if transaction in self.transactions:
            if self.answers_again:
                return Reply(201, _visible(self.transactions[transaction][1]))
            return _error(409, "ErrorDuplicateTransactionId")
        raw = self.write(calendar, body)
        if transaction:
            self.transactions[transaction] = (calendar, raw)
        return Reply(201, _visible(raw))

    def _found(self, calendar: str, request: Request) -> Reply:
        clause = OWN.fullmatch(request.query["$filter"])
        assert clause, request
        wanted = {"id": clause[1], "value": clause[2]}
        stored = self.events[calendar].values()
        return self._page([one for one in stored if wanted in one.get(HIDDEN[0], [])], request)

    def _delta(self, calendar: str, request: Request) -> Reply:
        query = request.query
        if "$skiptoken" in query or "$deltatoken" in query:
            token = query.get("$skiptoken") or query["$deltatoken"]
            if token not in self.windows:
                return _error(400, "SyncStateInvalid")
            if "$deltatoken" in query and int(token.split(".")[0]) < self.expired_before:
                return _error(410, "syncStateNotFound")
            name, since, until = self.windows[token]
            assert name == calendar, request
            seen, skip = (int(part) for part in token.split("."))
        else:
            since, until = (
                datetime.fromisoformat(query[name]) for name in ("startDateTime", "endDateTime")
            )
            seen, skip = -1, 0
        assert "odata.maxpagesize=" in request.headers["prefer"], request
        items = [*self._changes(calendar, seen, since, until)]
        most = min(self.most, int(request.headers["prefer"].split("maxpagesize=")[1]))
        page: dict[str, Any] = {"value": items[skip : skip + most] * (2 if self.repeats else 1)}
        more = items[skip + most :]
        token = f"{seen}.{skip + most}" if more else f"{self.clock}.0"
        self.windows[token] = (calendar, since, until)
        link = f"{self.origin}/v1.0/me/calendars/{_quoted(calendar)}/calendarView/delta"
        name, kind = ("$skiptoken", "next") if more else ("$deltatoken", "delta")
        asked = {name: token} | ({"state": self.state} if self.state else {})
        page[f"@odata.{kind}Link"] = f"{link}?{urlencode(asked, safe='$')}"
        return Reply(200, page)

    def _changes(
        self, calendar: str, seen: int, since: datetime, until: datetime
    ) -> Iterable[dict[str, Any]]:
        """A series as its master and its sparse instances; what left the window or the calendar as
        removed."""
        for key, at in self.changed[calendar].items():
            if at <= seen:
                continue
            raw = self.events[calendar].get(key)
            if raw is not None and raw["type"] == "seriesMaster":
                inside = [
                    one for one in self._instances(calendar, raw) if _within(one, since, until)
                ]
                if inside:
                    yield _visible(raw)
                for one in inside:
                    kept = ("id", "type", "seriesMasterId", "start", "end", "@odata.etag")
                    yield {name: one[name] for name in kept}
            elif (raw is not None and raw["type"] == "exception") or (
                raw is not None and _within(raw, since, until)
            ):
                yield _visible(raw)
            elif seen >= 0:
                yield {"id": key, "@removed": {"reason": "deleted"}}

    def _page(self, items: list[dict[str, Any]], request: Request) -> Reply:
        skip = int(request.query.get("$skip", "0"))
        page: dict[str, Any] = {"value": [_visible(one) for one in items[skip : skip + self.most]]}
        if items[skip + self.most :]:
            query = urlencode({**request.query, "$skip": skip + self.most}, safe="$")
            path = "/".join(_quoted(part) for part in request.path)
            page["@odata.nextLink"] = f"{self.origin}/{path}?{query}"
        return Reply(200, page)

    def _shown(self, calendar: str, raw: dict[str, Any], request: Request) -> dict[str, Any]:
        shown = _visible(raw)
        if request.query.get("$expand") == "exceptionOccurrences":
            shown["exceptionOccurrences"] = [
                _visible(one)
                for one in self.events[calendar].values()
                if one.get("seriesMasterId") == raw["id"]
            ]
            shown["cancelledOccurrences"] = raw.get("cancelledOccurrences", [])
        return shown

    def _instances(self, calendar: str, master: dict[str, Any]) -> Iterable[dict[str, Any]]:
        gone = {each.rpartition(".")[2] for each in master.get("cancelledOccurrences", [])}
        for begins in _expanded(master):
            original = begins.astimezone(UTC).isoformat().replace("+00:00", "Z")
            name = f"{master['id']}.{original}"
            if original[:10] in gone:
                continue
            yield self.events[calendar].get(name) or _instance(master, begins, name, original)


def _resource(calendar: str) -> str:
    """As a subscription names a calendar's events."""
    return f"me/calendars/{quote(calendar, safe='')}/events"


def _expanded(master: dict[str, Any]) -> Iterable[datetime]:
    """Weekly on one day, or daily; a number of times."""
    pattern, range_ = master["recurrence"]["pattern"], master["recurrence"]["range"]
    step = timedelta(days={"daily": 1, "weekly": 7}[pattern["type"]] * pattern["interval"])
    zone = ZoneInfo(WINDOWS_TO_OLSON.get(master["originalStartTimeZone"], "UTC"))
    first = _instant(master["start"]).astimezone(zone).replace(tzinfo=None)
    for number in range(range_["numberOfOccurrences"]):
        yield (first + step * number).replace(tzinfo=zone)


def _instance(master: dict[str, Any], begins: datetime, name: str, original: str) -> dict[str, Any]:
    length = _instant(master["end"]) - _instant(master["start"])
    kept = {key: value for key, value in master.items() if key not in (*HIDDEN, "recurrence")}
    return {
        **kept,
        "id": name,
        "type": "occurrence",
        # Graph gives each instance another.
        "iCalUId": f"{master['iCalUId']}{begins:%Y%m%d}",
        "seriesMasterId": master["id"],
        "originalStart": original,
        "start": _clock(begins),
        "end": _clock(begins.astimezone(UTC) + length),
        "recurrence": None,
    }


def _visible(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name not in HIDDEN}


def _within(raw: dict[str, Any], since: datetime, until: datetime) -> bool:
    return _instant(raw["start"]) < until and _instant(raw["end"]) > since


def _utc(clock: dict[str, str]) -> dict[str, str]:
    zone = ZoneInfo(WINDOWS_TO_OLSON.get(clock["timeZone"], clock["timeZone"]))
    return _clock(datetime.fromisoformat(clock["dateTime"]).replace(tzinfo=zone))


def _clock(at: datetime) -> dict[str, str]:
    local = at.astimezone(UTC).replace(tzinfo=None)
    return {"dateTime": f"{local.isoformat()}.0000000", "timeZone": "UTC"}


def _instant(clock: dict[str, str]) -> datetime:
    assert clock["timeZone"] == "UTC", clock
    return datetime.fromisoformat(clock["dateTime"]).replace(tzinfo=UTC)


def _quoted(part: str) -> str:
    return part.replace("/", "%2F").replace("=", "%3D")


def _stamp(clock: int) -> str:
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=clock)
    return at.isoformat().replace("+00:00", "Z")


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, {"error": {"code": code, "message": code}}, headers or {})


def rate_limited(seconds: int | None = None) -> Reply:
    """Too many requests, as Graph says it: 429, and a time."""
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return _error(429, "ApplicationThrottled", headers)
