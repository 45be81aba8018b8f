"""The requests to Graph, and the shape that every answer has to have."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from infrastructure.calendars.icalendar.occurrences import MOST
from infrastructure.calendars.listing import RAW
from infrastructure.calendars.microsoft.events import SERIES, Event
from infrastructure.calendars.microsoft.objects import CANCELLED, EXCEPTIONS, FIELDS, Series
from infrastructure.calendars.microsoft.writing import MEETING
from infrastructure.calendars.port import Calendar, Gone, ServiceError, Stale, Wanted, Window
from infrastructure.calendars.rest import CONFLICT, GONE, NOT_FOUND, STALE, Api, Reply, segment

TOP = "200"
"""Items of a page of calendars or instances."""

PAGE = 50
"""Events of a page of a round: each may belong to a series, which costs two more requests."""

MOST_PAGES = 100
"""Pages of calendars, or of one series."""

NEXT = "@odata.nextLink"

DAY = timedelta(days=1)

UTC_TIMES = ('outlook.timezone="UTC"', 'IdType="ImmutableId"')
"""Preferences (RFC 7240): an id that stays when an event is moved to another folder."""


class GraphRequests:
    """Methods raise ServiceError."""

    def __init__(self, api: Api):
        self.api = api

    async def calendars(self) -> list[dict[str, Any]]:
        query = {"$select": "id,name,canEdit,isDefaultCalendar,owner", "$top": TOP}
        return [each async for each in self._items("/me/calendars", query)]

    async def make_calendar(self, name: str) -> dict[str, Any]:
        reply = await self.api.ask("POST", "/me/calendars", None, {"name": name}, _prefer())
        return self._checked(reply.document)

    async def drop_calendar(self, calendar: Calendar) -> None:
        path = _path(calendar)
        await self.api.ask("DELETE", path, None, None, _prefer(), (NOT_FOUND, GONE))

    async def round(self, path: str, query: Mapping[str, str]) -> Reply:
        """A page of a round, or 410."""
        prefer = _prefer(f"odata.maxpagesize={PAGE}")
        reply = await self.api.ask("GET", path, query, None, prefer, (NOT_FOUND, GONE))
        return reply if reply.status == GONE else Reply(reply.status, self.there(reply))

    async def event(self, calendar: Calendar, id: str) -> dict[str, Any] | None:
        query = {"$select": ",".join(FIELDS)}
        path = event_path(calendar, id)
        reply = await self.api.ask("GET", path, query, None, _prefer(), (NOT_FOUND, GONE))
        return self._checked(reply.document) if reply.found else None

    async def series(self, calendar: Calendar, id: str) -> Series | None:
        query = {
            "$select": ",".join((*FIELDS, CANCELLED, EXCEPTIONS)),
            "$expand": EXCEPTIONS,
        }
        path = event_path(calendar, id)
        reply = await self.api.ask("GET", path, query, None, _prefer(), (NOT_FOUND, GONE))
        if not reply.found or reply.document.get("type") != SERIES:
            return None
        master = self._checked(reply.document)
        exceptions = self._list(master.pop(EXCEPTIONS, None) or [])
        return Series(master, tuple(exceptions))

    async def instances(self, calendar: Calendar, id: str, window: Window) -> list[RAW]:
        """The instances of a series in a window, up to one more than are taken."""
        query = {**window_query(window), "$select": ",".join(FIELDS), "$top": TOP}
        found: list[RAW] = []
        async for each in self._items(f"{event_path(calendar, id)}/instances", query):
            found.append(each)
            if len(found) > MOST:
                break
        return found

    async def instance(self, calendar: Calendar, series: Series, wanted: Wanted) -> str:
        """The id of the instance that is wanted; of the master, for the whole series. Raises Stale,
        if the series has no such instance."""
        at, master = wanted.recurrence, str(series.master["id"])
        if at is None:
            return master
        listed = await self.instances(calendar, master, Window(at, at + DAY))
        for each in (*series.exceptions, *listed):
            if self.read(each).recurs_at == at:
                return str(each["id"])
        raise Stale

    async def found(self, calendar: Calendar, meeting: str) -> dict[str, Any] | None:
        """kith's own event of a meeting."""
        own = f"p:p/id eq '{MEETING}' and p/value eq '{meeting}'"
        query = {
            "$filter": f"singleValueExtendedProperties/any({own})",
            "$select": ",".join(FIELDS),
        }
        return await anext(aiter(self._items(events_path(calendar), query)), None)

    async def write(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        etag: str | None,
        answers: Collection[int] = (),
    ) -> Reply:
        """Write while the ETag matches. Raises Stale."""
        headers = _prefer() if etag is None else {**_prefer(), "If-Match": etag}
        every = (NOT_FOUND, GONE, STALE, CONFLICT)
        reply = await self.api.ask(method, path, None, body, headers, every)
        if reply.status in (STALE, CONFLICT) and reply.status not in answers:
            raise Stale
        return reply

    def there(self, reply: Reply) -> dict[str, Any]:
        if not reply.found:
            raise Gone("A calendar is no longer there at Microsoft. Choose another one.")
        return reply.document

    def listed(self, page: RAW) -> list[dict[str, Any]]:
        return self._list(page.get("value"))

    def link(self, page: RAW, name: str) -> str | None:
        """The rest of a link below the API; the token goes nowhere else."""
        link = page.get(name)
        if link is None:
            return None
        if not isinstance(link, str) or not link.startswith(f"{self.api.base}/"):
            raise self.api.nonsense()
        return link.removeprefix(self.api.base)

    def read(self, raw: RAW) -> Event:
        try:
            return Event.model_validate(raw)
        except ValidationError:
            raise ServiceError("An event at Microsoft can't be read.") from None

    async def _items(self, path: str, query: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        """The items of a list, from all of its pages."""
        for _ in range(MOST_PAGES):
            reply = await self.api.ask("GET", path, query, None, _prefer(), (NOT_FOUND, GONE))
            page = self.there(reply)
            for each in self.listed(page):
                yield each
            following = self.link(page, NEXT)
            if following is None:
                return
            path, query = following, {}
        raise self.api.nonsense()

    def _list(self, items: Any) -> list[dict[str, Any]]:
        if not isinstance(items, list):
            raise self.api.nonsense()
        return [self._checked(each) for each in items]

    def _checked(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise self.api.nonsense()
        return raw


def delta_path(calendar: Calendar) -> str:
    return f"{_path(calendar)}/calendarView/delta"


def events_path(calendar: Calendar) -> str:
    return f"{_path(calendar)}/events"


def event_path(calendar: Calendar, id: str) -> str:
    return f"{_path(calendar)}/events/{segment(id)}"


def _path(calendar: Calendar) -> str:
    return f"/me/calendars/{segment(calendar.id)}"


def window_query(window: Window) -> dict[str, str]:
    return {"startDateTime": window.since.isoformat(), "endDateTime": window.until.isoformat()}


def _prefer(*more: str) -> dict[str, str]:
    return {"Prefer": ", ".join((*UTC_TIMES, *more))}
