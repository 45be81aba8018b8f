"""The requests to Google Calendar's API, and the shape that every answer has to have."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from infrastructure.calendars.google.events import CANCELLED, Event
from infrastructure.calendars.google.objects import Series
from infrastructure.calendars.icalendar.occurrences import MOST
from infrastructure.calendars.listing import RAW
from infrastructure.calendars.port import Calendar, Gone, ServiceError, Stale, Wanted, Window
from infrastructure.calendars.rest import GONE, NOT_FOUND, STALE, Api, Reply, segment

INSTANCES = "250"
"""Items of a page of calendars or instances."""

MOST_PAGES = 100
"""Pages of calendars, or of one series."""

NO_INVITATIONS = {"sendUpdates": "none"}

DAY = timedelta(days=1)


class GoogleRequests:
    """Methods raise ServiceError."""

    def __init__(self, api: Api):
        self.api = api

    async def calendars(self) -> list[dict[str, Any]]:
        path, query = "/users/me/calendarList", {"maxResults": INSTANCES}
        return [each async for each in self._items(path, query)]

    async def make_calendar(self, name: str) -> dict[str, Any]:
        return self._checked(
            (await self.api.ask("POST", "/calendars", body={"summary": name})).document
        )

    async def drop_calendar(self, calendar: Calendar) -> None:
        path = f"/calendars/{segment(calendar.id)}"
        await self.api.ask("DELETE", path, answers=(NOT_FOUND, GONE))

    async def event(self, calendar: Calendar, id: str) -> dict[str, Any] | None:
        """An event, also one that was deleted: it is cancelled then. None if there is none."""
        reply = await self.api.ask("GET", event_path(calendar, id), answers=(NOT_FOUND, GONE))
        return self._checked(reply.document) if reply.found else None

    async def existing(self, calendar: Calendar, id: str) -> dict[str, Any] | None:
        raw = await self.event(calendar, id)
        return None if raw is None or raw.get("status") == CANCELLED else raw

    async def series(self, calendar: Calendar, master: RAW) -> Series:
        query = {"iCalUID": str(master.get("iCalUID")), "showDeleted": "true"}
        found = [each async for each in self._items(events_path(calendar), query)]
        exceptions = [each for each in found if each.get("recurringEventId") == master["id"]]
        return Series(master, tuple(exceptions))

    async def instances(self, calendar: Calendar, master: RAW, window: Window) -> list[RAW]:
        """The instances of a series in a window, up to one more than are taken."""
        path = f"{event_path(calendar, str(master['id']))}/instances"
        query = {
            "maxResults": INSTANCES,
            "showDeleted": "true",
            "timeMin": window.since.isoformat(),
            "timeMax": window.until.isoformat(),
        }
        found: list[RAW] = []
        async for each in self._items(path, query):
            found.append(each)
            if len(found) > MOST:
                break
        return found

    async def instance(self, calendar: Calendar, series: Series, wanted: Wanted) -> RAW:
        """The instance that is wanted; the master, for the whole series. Raises Stale, if the
        series has no such instance."""
        at = wanted.recurrence
        if at is None:
            return series.master
        listed = await self.instances(calendar, series.master, Window(at, at + DAY))
        for each in (*series.exceptions, *listed):
            if each.get("status") != CANCELLED and self.read(each).recurs_at == at:
                return each
        raise Stale

    async def page(self, calendar: Calendar, query: Mapping[str, str]) -> Reply:
        reply = await self.api.ask("GET", events_path(calendar), query, answers=(NOT_FOUND, GONE))
        return reply if reply.status == GONE else Reply(reply.status, self.there(reply))

    async def write(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        etag: str | None,
        answers: Collection[int] = (),
    ) -> Reply:
        """Write while the ETag matches; nobody is told. Raises Stale."""
        headers = {} if etag is None else {"If-Match": etag}
        reply = await self.api.ask(
            method, path, NO_INVITATIONS, body, headers, (NOT_FOUND, GONE, STALE, *answers)
        )
        if reply.status == STALE:
            raise Stale
        return reply

    def there(self, reply: Reply) -> dict[str, Any]:
        if not reply.found:
            raise Gone("A calendar is no longer there at Google. Choose another one.")
        return reply.document

    def listed(self, page: RAW) -> list[dict[str, Any]]:
        items = page.get("items", [])
        if not isinstance(items, list):
            raise self.api.nonsense()
        return [self._checked(each) for each in items]

    def written(self, reply: Reply) -> dict[str, Any]:
        """The event that was written. Raises Stale, if it wasn't there."""
        if not reply.found:
            raise Stale
        return self._checked(reply.document)

    def read(self, raw: RAW) -> Event:
        try:
            return Event.model_validate(raw)
        except ValidationError:
            raise ServiceError("An event at Google can't be read.") from None

    async def _items(self, path: str, query: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        """The items of a list, from all of its pages."""
        token = None
        for _ in range(MOST_PAGES):
            asked = {**query, "pageToken": token} if token else query
            page = self.there(await self.api.ask("GET", path, asked, answers=(NOT_FOUND, GONE)))
            for each in self.listed(page):
                yield each
            token = page.get("nextPageToken")
            if token is None:
                return
        raise self.api.nonsense()

    def _checked(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise self.api.nonsense()
        return raw


def events_path(calendar: Calendar) -> str:
    return f"/calendars/{segment(calendar.id)}/events"


def event_path(calendar: Calendar, id: str) -> str:
    return f"{events_path(calendar)}/{segment(id)}"
