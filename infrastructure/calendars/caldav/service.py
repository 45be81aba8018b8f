"""One account at a CalDAV server."""

import asyncio
from bisect import bisect_right

from infrastructure.calendars.caldav.cursor import Cursor
from infrastructure.calendars.caldav.dav import Dav
from infrastructure.calendars.caldav.discovery import calendars
from infrastructure.calendars.caldav.listing import Lister, Listing
from infrastructure.calendars.caldav.making import drop, make
from infrastructure.calendars.caldav.objects import Objects
from infrastructure.calendars.caldav.writing import Writer
from infrastructure.calendars.port import (
    Calendar,
    CalendarObject,
    Changes,
    Put,
    Unreachable,
    Wanted,
    Window,
)

PAGE = 100
"""Objects of one page, which are read by one multiget."""

DISCOVERY = 30.0
"""Seconds to find the calendars: somebody waits for them."""


class CalDav:
    """Implements CalendarService. Its memory spares requests; cursors alone are enough to go on."""

    def __init__(self, dav: Dav):
        self._dav = dav
        self._lister = Lister(dav)
        self._objects = Objects(dav)
        self._writer = Writer(dav, self._objects)
        self._under_way: dict[str, tuple[str | None, Listing]] = {}

    async def calendars(self) -> list[Calendar]:
        try:
            async with asyncio.timeout(DISCOVERY):
                return await calendars(self._dav)
        except TimeoutError:
            raise Unreachable(f"The server took longer than {DISCOVERY:g} seconds.") from None

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        at = Cursor.read(cursor)
        listing = await self._listing(calendar, at)
        if listing is None:
            return Changes((), (), Cursor(at.since, full=False).written(), more=False, full=False)
        first = at.after is None
        begin = 0 if first else bisect_right(listing.changed, at.after, key=lambda each: each[0])
        page = listing.changed[begin : begin + PAGE]
        objects, gone = await self._objects.many(calendar, page, window) if page else ([], [])
        until = at.until or listing.until
        if begin + PAGE < len(listing.changed):
            after = Cursor(at.since, until, page[-1][0], at.full)
            self._under_way[calendar.id] = at.since, listing
            more = True
        else:
            self._under_way.pop(calendar.id, None)
            # A list that was made again reaches further than the one that the round began with.
            more = listing.more or until != listing.until
            after = Cursor(until, full=at.full and more)
        return Changes(
            tuple(objects),
            (*(listing.gone if first else ()), *gone),
            after.written(),
            more=more,
            full=at.full,
        )

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        stored = await self._objects.stored(calendar, object_id)
        return None if stored is None else await self._objects.read(calendar, stored, window)

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        if object_id is None:
            return await self._writer.create(calendar, wanted)
        return await self._writer.change(calendar, wanted, object_id, etag)

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        await self._writer.delete(calendar, object_id, etag)

    async def make_calendar(self, name: str) -> Calendar:
        return await make(self._dav, name)

    async def drop_calendar(self, calendar: Calendar) -> None:
        await drop(self._dav, calendar)

    async def close(self) -> None:
        await self._dav.close()

    async def _listing(self, calendar: Calendar, at: Cursor) -> Listing | None:
        """The list that the round is in, made again if another process began it."""
        if at.after is not None and calendar.id in self._under_way:
            since, listing = self._under_way[calendar.id]
            if since == at.since and listing.until == at.until:
                return listing
        return await self._lister.listing(calendar.id, at.since)
