"""Meetings written into a calendar (RFC 4791, 5.3.2), and deleted from it.

A precondition goes with each: a PUT creates an object or replaces the version that was read. A
repeated creation finds the object there: if that says the same, the answer to the first was lost.
"""

from datetime import UTC, datetime
from urllib.parse import urljoin

from infrastructure.calendars.asking import failure, reading
from infrastructure.calendars.caldav.dav import GONE, Dav, id_of
from infrastructure.calendars.caldav.objects import TOO_LARGE, Objects
from infrastructure.calendars.caldav.reading import digested
from infrastructure.calendars.caldav.xml import CALDAV, DAV, conditions
from infrastructure.calendars.icalendar.apart import GivenUp, apart
from infrastructure.calendars.icalendar.components import parsed
from infrastructure.calendars.icalendar.fingerprint import fingerprint
from infrastructure.calendars.icalendar.opened import NotThere
from infrastructure.calendars.icalendar.patching import patched
from infrastructure.calendars.icalendar.reading import LARGEST
from infrastructure.calendars.icalendar.writing import written
from infrastructure.calendars.port import (
    Calendar,
    Gone,
    Put,
    Refused,
    ServiceError,
    Stale,
    Wanted,
)
from infrastructure.outside.answer import Answer

ICALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
UNMATCHED = 412


class Writer:
    def __init__(self, dav: Dav, objects: Objects):
        self._dav, self._objects = dav, objects

    async def create(self, calendar: Calendar, wanted: Wanted) -> Put:
        """Raises Stale, ServiceError."""
        url = urljoin(_collection(calendar), f"{wanted.meeting}.ics")
        name = id_of(calendar.id, url)
        text = written(wanted, datetime.now(UTC))
        answer = await self._put(url, {"If-None-Match": "*"}, text)
        if answer.status == UNMATCHED:
            return await self._there_already(calendar, name, text)
        return await self._taken(calendar, name, text, answer)

    async def change(self, calendar: Calendar, wanted: Wanted, id: str, etag: str | None) -> Put:
        """Raises Stale, ServiceError."""
        stored = await self._objects.stored(calendar, id)
        if stored is None or (etag is not None and not _same(stored.etag, etag)):
            raise Stale
        if len(stored.text) > LARGEST:
            raise ServiceError(TOO_LARGE)
        try:
            with reading():
                text = await apart(patched, stored.text, wanted, datetime.now(UTC))
        except NotThere:  # it has left the object meanwhile
            raise Stale from None
        except GivenUp:
            raise ServiceError("The event takes too long to change.") from None
        answer = await self._put(urljoin(calendar.id, id), _if_match(stored.etag), text)
        if answer.status == UNMATCHED:
            raise Stale
        return await self._taken(calendar, id, text, answer)

    async def delete(self, calendar: Calendar, id: str, etag: str | None) -> None:
        """Raises Stale, ServiceError."""
        # The server is to tell no attendee of the deletion (RFC 6638, 8.1).
        headers = _if_match(etag) | {"Schedule-Reply": "F"}
        answer = await self._dav.ask("DELETE", urljoin(calendar.id, id), headers)
        if answer.status == UNMATCHED:
            raise Stale
        if answer.status not in GONE and answer.status // 100 != 2:
            raise failure(answer)

    async def _put(self, url: str, headers: dict[str, str], text: bytes) -> Answer:
        return await self._dav.ask("PUT", url, ICALENDAR | headers, text)

    async def _taken(self, calendar: Calendar, id: str, text: bytes, answer: Answer) -> Put:
        if answer.status // 100 != 2:
            raise _refusal(answer)
        ours, etag = await digested(fingerprint, text), answer.headers.get("etag")
        if etag is None:
            # Without an ETag the server may have changed the object. A different text may also be
            # somebody's newer version: without its ETag, the next round takes it as changed.
            stored = await self._objects.stored(calendar, id)
            etag = stored.etag if stored and await _say_the_same(stored.text, text) else None
        return Put(id, etag, ours)

    async def _there_already(self, calendar: Calendar, id: str, text: bytes) -> Put:
        stored = await self._objects.stored(calendar, id)
        if stored is None:
            raise ServiceError("The server doesn't take the event.")
        if not await _say_the_same(stored.text, text):
            raise Stale
        return Put(id, stored.etag, await digested(fingerprint, stored.text))


async def _say_the_same(one: bytes, other: bytes) -> bool:
    return await digested(meant, one) == await digested(meant, other)


def meant(text: bytes) -> bytes:
    """The fingerprint without the time zones, which servers rewrite for themselves."""
    root = parsed(text)
    for calendar in root.components():
        calendar.content = [each for each in calendar.content if each.name != "VTIMEZONE"]
    return fingerprint(root.raw)


def _collection(calendar: Calendar) -> str:
    return calendar.id if calendar.id.endswith("/") else f"{calendar.id}/"


def _if_match(etag: str | None) -> dict[str, str]:
    """A proxy that compresses makes an ETag weak, and a weak one matches nothing."""
    return {} if etag is None else {"If-Match": etag.removeprefix("W/")}


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.removeprefix("W/") == other.removeprefix("W/")


def _refusal(answer: Answer) -> Exception:
    """The failure of a PUT."""
    unmet = conditions(answer.body)
    if f"{CALDAV}no-uid-conflict" in unmet:
        return Stale("the UID is in another object")
    if answer.status == 403 and unmet <= {f"{DAV}need-privileges"}:
        return Refused("The server doesn't let this user write to the calendar.")
    if answer.status in (404, 409, 410) and not unmet:
        return Gone("The calendar is no longer there.")
    if answer.status in (400, 403, 409, 413, 415, 422, 507):
        named = ", ".join(sorted(each.partition("}")[2] for each in unmet))
        return ServiceError(
            f"The server doesn't take the event ({named or f'status {answer.status}'})."
        )
    return failure(answer)
