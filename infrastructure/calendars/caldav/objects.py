"""Calendar objects read: many by one multiget (RFC 4791, 7.9), or one by its address."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urljoin

from infrastructure.calendars.asking import TooLarge, failure
from infrastructure.calendars.caldav.dav import GONE, MULTISTATUS, Dav, id_of
from infrastructure.calendars.caldav.questions import multiget
from infrastructure.calendars.caldav.reading import taken
from infrastructure.calendars.caldav.xml import CALDAV, DAV, Response, multistatus
from infrastructure.calendars.port import Calendar, CalendarObject, Trouble, Window

UNKNOWN = (400, 405, 415, 501)
"""Statuses of servers that know no multiget."""

TOO_LARGE = "The event is larger than kith takes."


class Stored(NamedTuple):
    """An object's text as the server has it."""

    id: str
    etag: str | None
    text: bytes


class Objects:
    def __init__(self, dav: Dav):
        self._dav = dav

    async def many(
        self, calendar: Calendar, listed: Sequence[tuple[str, str | None]], window: Window
    ) -> tuple[list[CalendarObject], list[str]]:
        """The objects, and the ids of those that are gone meanwhile. Raises ServiceError."""
        try:
            stored = await self._multiget(calendar, listed)
        except TooLarge:
            if len(listed) == 1:
                return [_untaken(*listed[0], "too_large", TOO_LARGE)], []
            half = len(listed) // 2
            first, gone_first = await self.many(calendar, listed[:half], window)
            second, gone_second = await self.many(calendar, listed[half:], window)
            return first + second, gone_first + gone_second
        texts: list[Stored] = []
        untaken: list[CalendarObject] = []
        gone: list[str] = []
        for name, etag in listed:
            try:
                one = stored[name] if name in stored else await self.stored(calendar, name)
            except TooLarge:
                untaken.append(_untaken(name, etag, "too_large", TOO_LARGE))
            else:
                if isinstance(one, Stored):
                    texts.append(one._replace(etag=one.etag or etag))
                elif one is None or one in GONE:
                    gone.append(name)
                else:
                    detail = f"The server doesn't hand the event out (status {one})."
                    untaken.append(_untaken(name, etag, "unreadable", detail))
        return await self._read(calendar, texts, window) + untaken, gone

    async def stored(self, calendar: Calendar, id: str) -> Stored | None:
        """None for an object that isn't there. Raises ServiceError."""
        # An ETag of what was compressed on the way would match nothing.
        answer = await self._dav.ask("GET", urljoin(calendar.id, id))
        if answer.status in GONE:
            return None
        if answer.status != 200:
            raise failure(answer)
        return Stored(id, answer.headers.get("etag"), answer.body)

    async def read(self, calendar: Calendar, stored: Stored, window: Window) -> CalendarObject:
        (one,) = await self._read(calendar, [stored], window)
        return one

    async def _read(
        self, calendar: Calendar, stored: Sequence[Stored], window: Window
    ) -> list[CalendarObject]:
        found = await taken([each.text for each in stored], window, calendar.zone)
        return [
            CalendarObject(
                each.id,
                read.uid,
                each.etag,
                fingerprint,
                read.occurrences,
                tuple(one._replace(item=one.item or each.id) for one in read.troubles),
                read.recurring,
            )
            for each, (fingerprint, read) in zip(stored, found, strict=True)
        ]

    async def _multiget(
        self, calendar: Calendar, listed: Sequence[tuple[str, str | None]]
    ) -> dict[str, Stored | int]:
        """Texts by id, or the status instead of one."""
        body = multiget(name for name, _ in listed)
        answer = await self._dav.question("REPORT", calendar.id, 1, body)
        if answer.status in UNKNOWN:
            return {}
        if answer.status != MULTISTATUS:
            raise failure(answer)
        found, _ = await multistatus(answer.body, _Given.of)
        given: dict[str, Stored | int] = {}
        for each in found:
            name = id_of(answer.url, each.href)
            if each.text is not None:
                given[name] = Stored(name, each.etag, each.text.encode())
            elif each.status is not None:
                given[name] = each.status
        return given


class _Given(NamedTuple):
    href: str
    status: int | None
    etag: str | None
    text: str | None

    @classmethod
    def of(cls, response: Response) -> "_Given":
        text = response.text(f"{CALDAV}calendar-data")
        return cls(response.href, response.status, response.text(f"{DAV}getetag"), text)


def _untaken(id: str, etag: str | None, code: str, detail: str) -> CalendarObject:
    """An object that stays as it is until its ETag changes."""
    digest = sha256(f"{id}\n{etag}".encode()).digest()
    return CalendarObject(id, None, etag, digest, (), (Trouble(id, None, code, detail),))
