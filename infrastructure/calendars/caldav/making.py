"""A calendar made at a server (RFC 4791, 5.3.1), and taken away again."""

from urllib.parse import urljoin
from uuid import uuid4

from infrastructure.calendars.caldav.dav import XML, Dav
from infrastructure.calendars.caldav.discovery import calendar_at, home
from infrastructure.calendars.caldav.questions import mkcalendar
from infrastructure.calendars.port import Calendar, ServiceError

CREATED = 201
GONE = (404, 410)


async def make(dav: Dav, name: str) -> Calendar:
    """Make a calendar for events beside the user's others. Raises ServiceError."""
    url = urljoin(await home(dav), f"kith-{uuid4()}/")
    answer = await dav.ask("MKCALENDAR", url, XML, mkcalendar(name))
    if answer.status != CREATED:
        raise ServiceError(
            f"The server makes no calendar for this user (status {answer.status}), and kith tries "
            "nothing in one of theirs."
        )
    return await calendar_at(dav, url)


async def drop(dav: Dav, calendar: Calendar) -> None:
    """Delete a calendar with all that is in it. Raises ServiceError."""
    answer = await dav.ask("DELETE", calendar.id)
    if answer.status not in GONE and answer.status // 100 != 2:
        raise ServiceError(
            f"The server doesn't delete the calendar {calendar.name!r} (status {answer.status}); "
            "its user can."
        )
