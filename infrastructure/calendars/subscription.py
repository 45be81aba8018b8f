"""A calendar that is subscribed to: one text at an address, read and never written.

For any change the server sends the whole text, so each round is a full one of one page. The
cursor is what the server told to ask again with, an ETag or the time of the last change (RFC 9110,
8.8), and the text's digest.
"""

import json
import re
from hashlib import sha256
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from infrastructure.calendars.asking import ask, failure, reading
from infrastructure.calendars.icalendar.lines import lines
from infrastructure.calendars.icalendar.subscriptions import Each, read_all_apart
from infrastructure.calendars.port import (
    Calendar,
    CalendarObject,
    Changes,
    CursorLost,
    Put,
    ServiceError,
    Trouble,
    Unreachable,
    Wanted,
    Window,
)
from infrastructure.outside.answer import Answer
from infrastructure.outside.client import Client, basic
from infrastructure.outside.way_out import WayOut

NOT_MODIFIED = 304

HEAD = 65_536
"""Bytes of a text in which its name is looked for."""

ONE = "subscription"
"""The id of the calendar there is: its address often is all that it takes to read it, and is kept
sealed."""

PARTLY = frozenset({"too_many_events"})
"""Codes of troubles that leave the rest of a text readable."""

_SUBSCRIBED = re.compile(r"webcals?://", re.IGNORECASE)
_ENDED = re.compile(rb"END:VCALENDAR\s*\Z", re.IGNORECASE)


class Cursor(NamedTuple):
    etag: str | None = None
    changed: str | None = None
    digest: str | None = None

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Raises CursorLost for a text that is none of ours."""
        if text is None:
            return cls()
        try:
            etag, changed, digest = json.loads(text)
        except (ValueError, TypeError):
            raise CursorLost from None
        return cls(etag, changed, digest)

    @property
    def conditions(self) -> dict[str, str]:
        told = {"If-None-Match": self.etag, "If-Modified-Since": self.changed}
        return {name: value for name, value in told.items() if value is not None}


class Subscription:
    """Implements CalendarService."""

    def __init__(self, way_out: WayOut, address: str, username: str = "", password: str = ""):
        self._url = _url(address)
        headers = {"Accept": "text/calendar", "Accept-Encoding": "gzip", "User-Agent": "kith"}
        if username or password:
            headers["Authorization"] = basic(username, password)
        self._client = Client(way_out, headers)

    async def calendars(self) -> list[Calendar]:
        """The one there is. Raises ServiceError, also for what is no calendar."""
        answer = await self._asked(Cursor())
        name = _name_in(answer.body) or urlsplit(self._url).hostname or ONE
        return [Calendar(ONE, name, read_only=True)]

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        before = Cursor.read(cursor)
        answer = await self._asked(before)
        digest = sha256(answer.body).hexdigest()
        if answer.status == NOT_MODIFIED or digest == before.digest:
            return Changes((), (), cursor, more=False, full=False)
        found, troubles = await self._objects(answer, window, calendar.zone)
        told = Cursor(answer.headers.get("etag"), answer.headers.get("last-modified"), digest)
        if found and troubles:
            found[0] = found[0]._replace(troubles=(*found[0].troubles, *troubles))
        # Objects beyond a bound of the text aren't gone.
        full = not troubles
        return Changes(tuple(found), (), json.dumps(told), more=False, full=full)

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        found, _ = await self._objects(await self._asked(Cursor()), window, calendar.zone)
        return next((one for one in found if one.id == object_id), None)

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        raise ServiceError("A subscription can't be written to.")

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        raise ServiceError("A subscription can't be written to.")

    async def close(self) -> None:
        await self._client.close()

    async def _asked(self, before: Cursor) -> Answer:
        """The text, or that it hasn't changed. Raises ServiceError."""
        answer = await ask(self._client, "GET", self._url, before.conditions)
        if answer.status == NOT_MODIFIED and before.conditions:
            return answer
        if answer.status != 200:
            raise failure(answer)
        # Half a text, or a page that says something else, would look like so many deletions.
        if not _ENDED.search(answer.body[-HEAD:]):
            raise Unreachable("There is no calendar at this address, or it breaks off.")
        return answer

    async def _objects(
        self, answer: Answer, window: Window, zone: str | None
    ) -> tuple[list[CalendarObject], list[Trouble]]:
        """Raises Unreachable for a text that can't be read as a whole."""
        with reading():
            found, troubles = await read_all_apart(answer.body, window, zone)
        for trouble in troubles:
            if trouble.code not in PARTLY:
                raise Unreachable(trouble.detail)
        return [_object(each) for each in found], troubles


def _object(each: Each) -> CalendarObject:
    read = each.read
    troubles = tuple(one._replace(item=one.item or each.uid) for one in read.troubles)
    return CalendarObject(
        each.uid, each.uid, None, each.fingerprint, read.occurrences, troubles, read.recurring
    )


def _url(address: str) -> str:
    """Calendars show addresses to subscribe to as webcal://, which stands for https."""
    url = _SUBSCRIBED.sub("https://", address, count=1)
    return url if "://" in url else f"https://{url}"


def _name_in(text: bytes) -> str | None:
    for line in lines(text[:HEAD]):
        if line.name == "X-WR-CALNAME" and (parts := line.parts()):
            return " ".join(parts[1].split()) or None
    return None
