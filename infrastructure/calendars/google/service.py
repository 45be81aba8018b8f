"""One account at Google Calendar, as the port wants it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from infrastructure.calendars.google.channels import GoogleChannels
from infrastructure.calendars.google.cursors import GoogleCursor
from infrastructure.calendars.google.events import CANCELLED
from infrastructure.calendars.google.objects import put, recurring, single
from infrastructure.calendars.google.requests import GoogleRequests, event_path, events_path
from infrastructure.calendars.google.writing import event_id, inserted, patch, restored
from infrastructure.calendars.listing import RAW
from infrastructure.calendars.port import (
    Calendar,
    CalendarObject,
    Changes,
    CursorLost,
    Put,
    Stale,
    Wanted,
    Window,
)
from infrastructure.calendars.rest import CONFLICT, GONE, Api
from infrastructure.calendars.watching import Channel, Watch

PAGE = "100"
"""Events of a page: each may be a series, which costs up to three of 600 requests a minute."""

READERS, WRITERS = ("owner", "writer", "reader"), ("owner", "writer")


class GoogleCalendars:
    """A CalendarService, and a WatchingService."""

    hook = "/hooks/google/{channel}"

    def __init__(self, api: Api):
        self._ask = GoogleRequests(api)
        self._channels = GoogleChannels(api)

    async def calendars(self) -> list[Calendar]:
        """The calendars whose events the user may read, the primary one first."""
        found = await self._ask.calendars()
        readable = [each for each in found if each.get("accessRole") in READERS]
        readable.sort(key=lambda each: not each.get("primary"))
        return [_calendar(each) for each in readable]

    async def address(self) -> str | None:
        """The account's own mail address, which is the id of its primary calendar."""
        found = await self._ask.calendars()
        return next((str(each["id"]) for each in found if each.get("primary")), None)

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        at = GoogleCursor.of(cursor, window.since.isoformat())
        query = {"maxResults": PAGE, "singleEvents": "false", "showDeleted": "true", **at.query}
        reply = await self._ask.page(calendar, query)
        if reply.status == GONE:
            raise CursorLost
        page = reply.document
        objects, gone = await self._objects(calendar, self._ask.listed(page), window)
        following, ended = page.get("nextPageToken"), page.get("nextSyncToken")
        if following is not None:
            return Changes(objects, gone, at._replace(page=following).text, True, at.sync is None)
        return Changes(
            objects, gone, GoogleCursor(sync=ended).text if ended else None, False, at.sync is None
        )

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        raw = await self._ask.existing(calendar, object_id)
        if raw is None:
            return None
        if raw.get("recurrence"):
            return await self._recurring(calendar, raw, window)
        return single(raw, window)

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        if object_id is None:
            return await self._insert(calendar, wanted)
        raw = await self._ask.existing(calendar, object_id)
        if raw is None:
            raise Stale
        if not raw.get("recurrence"):
            if etag not in (None, raw.get("etag")):
                raise Stale
            return put(await self._patched(calendar, raw, wanted))
        series = await self._ask.series(calendar, raw)
        if etag not in (None, series.stored.etag):
            raise Stale
        await self._patched(calendar, await self._ask.instance(calendar, series, wanted), wanted)
        after = await self._ask.existing(calendar, object_id)
        if after is None:
            raise Stale
        return (await self._ask.series(calendar, after)).put

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        try:
            await self._ask.write("DELETE", event_path(calendar, object_id), None, etag)
        except Stale:
            # Its deletion was a change, too.
            if await self._ask.existing(calendar, object_id) is not None:
                raise

    async def watch(self, calendar: Calendar, channel: Channel) -> Watch:
        return await self._channels.watch(calendar, channel)

    async def renewed(self, resource: str) -> Watch | None:
        """None: Google's channels have one life, and overlap while one follows another."""

    async def unwatch(self, channel: UUID, resource: str) -> None:
        await self._channels.stop(channel, resource)

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
        touched is listed again, because an instance tells nothing of the others."""
        objects: dict[str, CalendarObject] = {}
        gone: dict[str, None] = {}
        masters: dict[str, RAW] = {}
        touched: dict[str, list[RAW]] = {}
        for each in page:
            one, series = str(each["id"]), each.get("recurringEventId")
            if series is not None:
                touched.setdefault(str(series), []).append(each)
            elif each.get("status") == CANCELLED:
                gone[one] = None
            elif each.get("recurrence"):
                masters[one] = each
                touched.setdefault(one, [])
            else:
                objects[one] = single(each, window)
        for series_id, instances in touched.items():
            master = masters.get(series_id)
            if master is None and series_id not in gone:
                master = await self._ask.existing(calendar, series_id)
            if master is not None:
                objects[series_id] = await self._recurring(calendar, master, window)
                continue
            gone[series_id] = None
            # An instance may be here without its series: the user was asked to it alone.
            for each in instances:
                if each.get("status") == CANCELLED:
                    gone[str(each["id"])] = None
                else:
                    objects[str(each["id"])] = single(each, window)
        return tuple(objects.values()), tuple(gone)

    async def _recurring(self, calendar: Calendar, master: RAW, window: Window) -> CalendarObject:
        series = await self._ask.series(calendar, master)
        return recurring(series, await self._ask.instances(calendar, master, window), window)

    async def _insert(self, calendar: Calendar, wanted: Wanted) -> Put:
        path = events_path(calendar)
        reply = await self._ask.write("POST", path, inserted(wanted), None, (CONFLICT,))
        if reply.status != CONFLICT:
            self._ask.there(reply)
            return put(self._ask.written(reply))
        # Google never gives an id twice: the event is there, or was deleted.
        raw = await self._ask.event(calendar, event_id(wanted.meeting))
        if raw is None:
            raise Stale
        if raw.get("status") != CANCELLED:
            if raw.get("recurrence") or patch(self._ask.read(raw), wanted):
                raise Stale
            return put(raw)
        path = event_path(calendar, event_id(wanted.meeting))
        body = restored(self._ask.read(raw), wanted)
        return put(self._ask.written(await self._ask.write("PUT", path, body, raw.get("etag"))))

    async def _patched(self, calendar: Calendar, raw: RAW, wanted: Wanted) -> RAW:
        """The event after what differs was written into it. Raises Stale."""
        changed = patch(self._ask.read(raw), wanted)
        if not changed:
            return raw
        path = event_path(calendar, str(raw["id"]))
        return self._ask.written(await self._ask.write("PATCH", path, changed, raw.get("etag")))


def _calendar(entry: dict[str, Any]) -> Calendar:
    name = entry.get("summaryOverride") or entry.get("summary") or entry["id"]
    read_only = entry.get("accessRole") not in WRITERS
    return Calendar(str(entry["id"]), str(name), read_only, entry.get("timeZone"))
