"""Pull: what changed in a calendar is taken, page by page; then the cursor moves."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from infrastructure.calendars.port import (
    OF_THE_ACCOUNT,
    Calendar,
    CalendarService,
    Changes,
    CursorLost,
    ServiceError,
    Unreachable,
    Window,
)
from infrastructure.sync import cursors, objects
from infrastructure.sync.account import Chosen
from infrastructure.sync.cursors import Cursor
from infrastructure.sync.taking import Taker
from infrastructure.sync.visit import Visit

BACK_FILL = timedelta(days=90)
"""The time before the first look at a calendar that is looked through as well."""

BEFORE, AHEAD = timedelta(days=30), timedelta(days=90)
"""The window of what recurs, around today."""

LEFT_AT_ONCE = 500
"""Objects that are found gone at a time, at the end of a round that lists everything."""

Landed = Callable[[Visit], Awaitable[None]]


class Side(NamedTuple):
    """A calendar at its service, with what kith does with it."""

    service: CalendarService
    calendar: Calendar
    chosen: Chosen


class Puller:
    """`landed` is called after each page. Methods raise ServiceError, psycopg.Error, Overtaken, and
    the errors of the ledger."""

    def __init__(self, taker: Taker, now: Callable[[], datetime], landed: Landed):
        self._taker = taker
        self._now = now
        self._landed = landed

    def window(self, *, first: bool = False) -> Window:
        """From the beginning of a day, so that all looks of a day see the same occurrences."""
        today = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        return Window(today - (BACK_FILL if first else BEFORE), today + AHEAD)

    async def pull(self, visit: Visit, side: Side) -> None:
        """Take what changed since the cursor, to the end."""
        calendar = side.chosen.id
        cursor = await cursors.load(visit, calendar)
        window = self.window(first=not cursor.complete)
        if cursor.listing and cursor.cursor is None:
            # The round begins again: objects that its earlier part listed may be gone.
            cursor = await cursors.move(visit, calendar, cursor, cursor.begun(None))
        lost = False
        while True:
            try:
                page = await side.service.changes(side.calendar, cursor.cursor, window)
            except CursorLost:
                if lost or cursor.cursor is None:
                    raise Unreachable("The calendar server refuses every look.") from None
                lost = True
                cursor = await cursors.move(visit, calendar, cursor, cursor.begun(None))
                continue
            if page.more and page.cursor in (None, cursor.cursor):
                raise Unreachable("The calendar server's list doesn't go on.")
            cursor = await self._page(visit, side, cursor, page, window)
            if not page.more:
                return

    async def look_again(self, visit: Visit, side: Side, ids: Sequence[str]) -> None:
        """Take objects as they are now, whether they have changed or not."""
        window = self.window()
        cursor = await cursors.load(visit, side.chosen.id)
        for each in ids:
            try:
                found = await side.service.get(side.calendar, each, window)
            except ServiceError as error:
                if isinstance(error, OF_THE_ACCOUNT):
                    raise
                await self._taker.refused(visit, side.chosen, each, str(error))
                continue
            if found is None:
                await self._taker.gone(visit, side.chosen, [each])
            else:
                await self._taker.take(visit, side.chosen, [found], cursor.round, window, anew=True)

    async def _page(
        self,
        visit: Visit,
        side: Side,
        cursor: Cursor,
        page: Changes,
        window: Window,
    ) -> Cursor:
        calendar = side.chosen
        if page.full and not cursor.listing:
            begun = cursor.begun(cursor.cursor)
            cursor = await cursors.move(visit, calendar.id, cursor, begun)
        await self._taker.take(visit, calendar, page.objects, cursor.round, window)
        if page.gone:
            await self._taker.gone(visit, calendar, page.gone)
        ended = cursor.listing and not page.more
        while ended and (
            left := await objects.left(visit, calendar.id, cursor.round, LEFT_AT_ONCE)
        ):
            await self._taker.gone(visit, calendar, left)
        # After the append: a repeated page has no second effect, a skipped one is lost.
        following = cursor.after(page.cursor, more=page.more)
        cursor = await cursors.move(visit, calendar.id, cursor, following)
        if page.objects or page.gone:
            await self._landed(visit)
        return cursor
