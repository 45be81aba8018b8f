"""A walk of a real account through what kith does with calendars, on a calendar of its own.

It is for the first person with an account at a service that no test can reach: what the service
does otherwise than its documents say is seen in a minute.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol, runtime_checkable
from uuid import uuid4

from infrastructure.calendars.port import (
    Calendar,
    CalendarObject,
    CalendarService,
    CursorLost,
    Put,
    ServiceError,
    Stale,
    Wanted,
    Window,
)

NAME = "kith check (can be deleted)"

PATIENCE = 60.0
"""Seconds until a service has to show a change: most tell of it a little later."""

PAUSE = 2.0
"""Seconds between two looks."""

MOST_PAGES = 20


@runtime_checkable
class OwnCalendars(CalendarService, Protocol):
    """A service at which kith can make a calendar of its own."""

    async def make_calendar(self, name: str) -> Calendar: ...

    async def drop_calendar(self, calendar: Calendar) -> None: ...


class Seen(NamedTuple):
    """A step of the walk: what was expected, whether it was seen, and what was seen instead."""

    expected: str
    fine: bool
    detail: str = ""


async def check(service: OwnCalendars) -> AsyncIterator[Seen]:
    """The steps, as they are taken; the last one takes the calendar away. Raises ServiceError where
    there is no calendar to walk through."""
    found = await service.calendars()
    yield Seen("calendars are listed", bool(found), f"{len(found)} found")
    calendar = await service.make_calendar(NAME)
    yield Seen("a calendar of its own is made", not calendar.read_only)
    try:
        async for seen in _Walk(service, calendar).steps():
            yield seen
    finally:
        await service.drop_calendar(calendar)
    yield Seen("the calendar is deleted", True)


class _Walk:
    """Raises nothing: a step that fails is seen, and the next one is taken."""

    def __init__(self, service: CalendarService, calendar: Calendar):
        start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        meeting = uuid4()
        self._service, self._calendar = service, calendar
        self._window = Window(start - timedelta(days=30), start + timedelta(days=90))
        self._cursor: str | None = None
        self._known: dict[str, CalendarObject] = {}
        self._put: Put | None = None
        self._old: str | None = None
        self._wanted = Wanted(
            meeting,
            f"{meeting}@kith",
            start,
            start + timedelta(hours=1),
            "Europe/Berlin",
            False,
            "kith check",
            "Room <1> & 2",
            ("One", "Two & <three>"),
        )

    async def steps(self) -> AsyncIterator[Seen]:
        moved = self._wanted.start + timedelta(hours=2)
        for expected, step in (
            ("a first round ends with a cursor", self._first_round),
            ("a meeting is created, and a round shows it", self._created),
            ("what was written is what is read", self._same),
            ("the same meeting put again is no second event", self._again),
            ("a meeting is moved, and a round shows it", lambda: self._moved(moved)),
            ("a write with an old ETag is refused", self._stale),
            ("a meeting is deleted, and a round shows it", self._deleted),
            ("a deleted meeting comes back", self._created),
        ):
            yield await _seen(expected, step)

    async def _first_round(self) -> str:
        await self._round()
        return "" if self._cursor else "there is none"

    async def _created(self) -> str:
        self._put = await self._service.put(self._calendar, self._wanted, None, None)
        return await self._until(lambda one: one is not None and one.uid == self._wanted.uid)

    async def _same(self) -> str:
        one, put = self._one, self._put
        if one is None or put is None or not one.occurrences:
            return "it isn't there"
        found, wanted = one.occurrences[0], self._wanted
        differ = [
            name
            for name, here, there in (
                ("id", put.id, one.id),
                # A server may rewrite what it stores, and says by the ETag that nothing is new.
                ("version", True, _is_like(put, one)),
                ("start", wanted.start, found.start),
                ("end", wanted.ends_at, found.ends_at),
                ("zone", wanted.zone, found.zone),
                ("title", wanted.title, found.title),
                ("place", wanted.place, found.place),
                ("guests", (), found.attendees),
            )
            if here != there
        ]
        return f"these differ: {', '.join(differ)}" if differ else ""

    async def _again(self) -> str:
        put = await self._service.put(self._calendar, self._wanted, None, None)
        if put.id != self._written().id:
            return "it has another id"
        await self._round()
        return "" if len(self._known) == 1 else f"there are {len(self._known)} events"

    async def _moved(self, start: datetime) -> str:
        put = self._written()
        wanted = self._wanted._replace(start=start, ends_at=start + timedelta(hours=1))
        self._put = await self._service.put(self._calendar, wanted, put.id, put.etag)
        self._old, self._wanted = put.etag, wanted
        return await self._until(
            lambda one: one is not None and [each.start for each in one.occurrences] == [start]
        )

    async def _stale(self) -> str:
        if self._old is None:
            return "there is no old ETag"
        put, other = self._written(), self._wanted._replace(title="kith check 2")
        try:
            await self._service.put(self._calendar, other, put.id, self._old)
        except Stale:
            return ""
        return "it was taken"

    async def _deleted(self) -> str:
        put = self._written()
        await self._service.delete(self._calendar, put.id, put.etag)
        return await self._until(lambda one: one is None)

    def _written(self) -> Put:
        """Raises ServiceError."""
        if self._put is None:
            raise ServiceError("There is no event to do it with.")
        return self._put

    @property
    def _one(self) -> CalendarObject | None:
        return self._known.get(self._put.id) if self._put else None

    async def _until(self, holds: Callable[[CalendarObject | None], bool]) -> str:
        begun = asyncio.get_running_loop().time()
        while True:
            await self._round()
            after = asyncio.get_running_loop().time() - begun
            if holds(self._one):
                return ""
            if after > PATIENCE:
                return f"no round showed it within {PATIENCE:g} seconds"
            await asyncio.sleep(PAUSE)

    async def _round(self) -> None:
        for _ in range(MOST_PAGES):
            page = await self._service.changes(self._calendar, self._cursor, self._window)
            self._known |= {one.id: one for one in page.objects}
            for gone in page.gone:
                self._known.pop(gone, None)
            self._cursor = page.cursor
            if not page.more:
                return


def _is_like(put: Put, one: CalendarObject) -> bool:
    return put.etag == one.etag is not None or put.fingerprint == one.fingerprint


async def _seen(expected: str, step: Callable[[], Awaitable[str]]) -> Seen:
    try:
        detail = await step()
    except (ServiceError, Stale, CursorLost) as error:
        detail = str(error) or type(error).__name__
    return Seen(expected, not detail, detail)
