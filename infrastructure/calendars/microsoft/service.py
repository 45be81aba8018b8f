"""One account at Microsoft Graph, as the port wants it."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from infrastructure.calendars.listing import RAW
from infrastructure.calendars.microsoft.channels import GraphChannels
from infrastructure.calendars.microsoft.cursors import GraphCursor
from infrastructure.calendars.microsoft.events import SERIES
from infrastructure.calendars.microsoft.objects import ETAG, put, recurring, single
from infrastructure.calendars.microsoft.requests import (
    NEXT,
    GraphRequests,
    delta_path,
    event_path,
    events_path,
    window_query,
)
from infrastructure.calendars.microsoft.writing import created, patch
from infrastructure.calendars.port import (
    Calendar,
    CalendarObject,
    Changes,
    CursorLost,
    Put,
    ServiceError,
    Stale,
    Unreachable,
    Wanted,
    Window,
)
from infrastructure.calendars.rest import CONFLICT, GONE, Api
from infrastructure.calendars.watching import Channel, Watch

DELTA, REMOVED = "@odata.deltaLink", "@removed"

Found = TypeVar("Found")

CREATIONS = 10
"""Times that the event of one meeting can be created, after it was deleted."""


class GraphCalendars:
    """A CalendarService, and a WatchingService."""

    hook = "/hooks/microsoft"

    def __init__(self, api: Api):
        self._ask = GraphRequests(api)
        self._channels = GraphChannels(api)

    async def calendars(self) -> list[Calendar]:
        """The user's calendars, the default one first."""
        found = await self._ask.calendars()
        found.sort(key=lambda each: not each.get("isDefaultCalendar"))
        return [
            Calendar(str(each["id"]), str(each.get("name") or "Calendar"), not each.get("canEdit"))
            for each in found
        ]

    async def address(self) -> str | None:
        """The account's own mail address, which is that of the default calendar's owner."""
        for each in await self._ask.calendars():
            if each.get("isDefaultCalendar"):
                address = (each.get("owner") or {}).get("address")
                return address if isinstance(address, str) else None
        return None

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        until = window.until.date().isoformat()
        if cursor is None:
            at = GraphCursor(delta_path(calendar), until, full=True, ended=False)
            reply = await self._ask.round(at.link, window_query(window))
        else:
            at = GraphCursor.of(cursor, until)
            at = at._replace(full=at.full and not at.ended, ended=False)
            reply = await self._ask.round(at.link, {})
        if reply.status == GONE:
            raise CursorLost
        page = reply.document
        objects, gone = await self._objects(calendar, self._ask.listed(page), window)
        following, ended = self._ask.link(page, NEXT), self._ask.link(page, DELTA)
        if following is not None:
            return Changes(objects, gone, at._replace(link=following).text, True, at.full)
        after = None if ended is None else at._replace(link=ended, ended=True).text
        return Changes(objects, gone, after, False, at.full)

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        raw = await self._ask.event(calendar, object_id)
        if raw is None:
            return None
        if raw.get("type") == SERIES:
            return await self._recurring(calendar, object_id, window)
        return single(raw, window)

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        if object_id is None:
            return await self._create(calendar, wanted)
        raw = await self._ask.event(calendar, object_id)
        if raw is None:
            raise Stale
        if raw.get("type") != SERIES:
            if etag not in (None, raw.get(ETAG)):
                raise Stale
            written = await self._patch(calendar, raw, wanted)
            return self._read_back(self._still(await self._ask.event(calendar, object_id)), written)
        series = self._still(await self._ask.series(calendar, object_id))
        if etag not in (None, series.stored.etag):
            raise Stale
        instance = await self._ask.instance(calendar, series, wanted)
        await self._patch(calendar, self._still(await self._ask.event(calendar, instance)), wanted)
        return self._still(await self._ask.series(calendar, object_id)).put

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        raw = await self._ask.event(calendar, object_id)
        if raw is not None:
            self._unguested(raw)
            await self._ask.write("DELETE", event_path(calendar, object_id), None, etag)

    async def watch(self, calendar: Calendar, channel: Channel) -> Watch:
        return await self._channels.watch(calendar, channel)

    async def renewed(self, resource: str) -> Watch | None:
        return await self._channels.renewed(resource)

    async def unwatch(self, channel: UUID, resource: str) -> None:
        await self._channels.stop(resource)

    async def make_calendar(self, name: str) -> Calendar:
        made = await self._ask.make_calendar(name)
        return Calendar(str(made["id"]), name, read_only=False)

    async def drop_calendar(self, calendar: Calendar) -> None:
        await self._ask.drop_calendar(calendar)

    async def close(self) -> None:
        await self._ask.api.close()

    async def _objects(
        self, calendar: Calendar, page: Sequence[RAW], window: Window
    ) -> tuple[tuple[CalendarObject, ...], tuple[str, ...]]:
        """The objects that a page touches, and the ids of those that are gone. A series that is
        touched is listed again: Graph tells neither which of its instances was deleted, nor
        anything of those that stayed as they were."""
        objects: dict[str, CalendarObject] = {}
        gone: dict[str, None] = {}
        touched: dict[str, None] = {}
        for each in page:
            one, raw = str(each["id"]), each
            if REMOVED in each:
                # It may have been moved out of the window only.
                still = await self._ask.event(calendar, one)
                if still is None:
                    gone[one] = None
                    continue
                raw = still
            if raw.get("seriesMasterId"):
                touched[str(raw["seriesMasterId"])] = None
            elif raw.get("type") == SERIES:
                touched[one] = None
            else:
                objects[one] = single(raw, window)
        for one in touched:
            found = await self._recurring(calendar, one, window)
            if found is None:
                gone[one] = None
            else:
                objects[one] = found
        return tuple(objects.values()), tuple(gone)

    async def _recurring(
        self, calendar: Calendar, id: str, window: Window
    ) -> CalendarObject | None:
        series = await self._ask.series(calendar, id)
        if series is None:
            return None
        return recurring(series, await self._ask.instances(calendar, id, window), window)

    async def _create(self, calendar: Calendar, wanted: Wanted) -> Put:
        """Create the event unless it is there: the answer to an earlier request may have been
        lost."""
        for attempt in range(CREATIONS):
            found = await self._ask.found(calendar, str(wanted.meeting))
            if found is not None:
                if found.get("type") == SERIES or patch(self._ask.read(found), wanted):
                    raise Stale
                return put(found)
            body = created(wanted, attempt)
            reply = await self._ask.write("POST", events_path(calendar), body, None, (CONFLICT,))
            if reply.status != CONFLICT:
                made = self._ask.there(reply)
                back = await self._ask.event(calendar, self._id(made))
                if back is not None:
                    return self._read_back(back, made.get(ETAG))
            # The transaction is that of an event which was deleted since.
        raise Unreachable("Microsoft doesn't take the meeting again.")

    async def _patch(self, calendar: Calendar, raw: RAW, wanted: Wanted) -> str | None:
        """Write what differs into an event; its ETag from then on. Raises Stale."""
        changed = patch(self._ask.read(raw), wanted)
        if not changed:
            return raw.get(ETAG)
        self._unguested(raw)
        path = event_path(calendar, str(raw["id"]))
        reply = await self._ask.write("PATCH", path, changed, raw.get(ETAG))
        if not reply.found:
            raise Stale
        return reply.document.get(ETAG)

    def _read_back(self, raw: RAW, written: str | None) -> Put:
        """An event as it stands; without its ETag if that isn't the written one's, because somebody
        may have changed it since."""
        back = put(raw)
        return back if back.etag == written else back._replace(etag=None)

    def _still(self, found: Found | None) -> Found:
        if found is None:
            raise Stale
        return found

    def _unguested(self, raw: RAW) -> None:
        """Graph sends a mail to the guests of an event about every change of it."""
        if raw.get("attendees"):
            raise ServiceError(
                "Outlook would send a mail to the guests. Change or delete the meeting there."
            )

    def _id(self, document: dict[str, Any]) -> str:
        found = document.get("id")
        if not isinstance(found, str):
            raise self._ask.api.nonsense()
        return found
