"""The calendars of an account, from whatever address its user knows (RFC 6764, 5 and 6; RFC 4791).

A bare host leads by its well-known address to the user's principal, and that to the home of the
calendars. The address of a calendar stands for this one alone.
"""

from urllib.parse import unquote, urljoin, urlsplit

from infrastructure.calendars.asking import Unanswered
from infrastructure.calendars.caldav.dav import Dav
from infrastructure.calendars.caldav.hrefs import resolved
from infrastructure.calendars.caldav.xml import CALDAV, DAV, Response
from infrastructure.calendars.caldav.zone import zone_in
from infrastructure.calendars.port import Calendar, Gone, Refused, ServiceError, Unreachable

WELL_KNOWN = "/.well-known/caldav"

MOST_HOMES = 5
"""Homes of one user that are looked at."""

OF_A_PLACE = ("D:resourcetype", "D:current-user-principal", "C:calendar-home-set")
OF_A_CALENDAR = (
    "D:resourcetype",
    "D:displayname",
    "D:current-user-privilege-set",
    "C:supported-calendar-component-set",
    "C:calendar-timezone",
)

WRITING = frozenset(f"{DAV}{name}" for name in ("all", "write", "write-content", "bind"))


async def calendars(dav: Dav) -> list[Calendar]:
    """Raises ServiceError."""
    failed: ServiceError = Unreachable("The server has no calendars for this user.")
    for url in _places(dav.address):
        try:
            base, place = await dav.properties(url, *OF_A_PLACE)
            if _is_calendar(place):
                return [await calendar_at(dav, base)]
            homes = await _homes(dav, base, place)
            found = [one for each in homes for one in await _in(dav, each)]
        except Unanswered:
            raise
        except ServiceError as error:
            failed = failed if isinstance(failed, Refused) else error
        else:
            if found:
                return found
    raise failed


async def home(dav: Dav) -> str:
    """The collection of the user's calendars. Raises ServiceError."""
    failed: ServiceError = Unreachable("The server has no calendars for this user.")
    for url in _places(dav.address):
        try:
            return (await _homes(dav, *await dav.properties(url, *OF_A_PLACE)))[0]
        except Unanswered:
            raise
        except ServiceError as error:
            failed = failed if isinstance(failed, Refused) else error
    raise failed


def _places(address: str) -> list[str]:
    well_known = urljoin(address, WELL_KNOWN)
    if urlsplit(address).path in ("", "/"):
        return [well_known, urljoin(address, "/")]
    return [address, well_known]


async def _homes(dav: Dav, base: str, place: Response) -> list[str]:
    """The collections that hold calendars; the place itself, if it names no other."""
    name = f"{CALDAV}calendar-home-set"
    if name not in place.properties:
        principal = place.href_in(f"{DAV}current-user-principal")
        if principal is not None:
            url = resolved(base, principal)
            base, place = await dav.properties(url, *OF_A_PLACE)
    homes = [resolved(base, href) for href in place.hrefs_in(name)][:MOST_HOMES]
    return homes or [base]


async def _in(dav: Dav, home: str) -> list[Calendar]:
    base, found = await dav.listed(home, 1, lambda response: response, *OF_A_CALENDAR)
    return [
        _calendar(resolved(base, response.href), response)
        for response in found
        if _is_calendar(response) and _holds_events(response)
    ]


async def calendar_at(dav: Dav, url: str) -> Calendar:
    base, found = await dav.properties(url, *OF_A_CALENDAR)
    if not _holds_events(found):
        raise Gone("The calendar at this address holds no events.")
    return _calendar(resolved(base, found.href), found)


def _is_calendar(response: Response) -> bool:
    kinds = response.properties.get(f"{DAV}resourcetype")
    return kinds is not None and kinds.find(f"{CALDAV}calendar") is not None


def _holds_events(response: Response) -> bool:
    kinds = response.properties.get(f"{CALDAV}supported-calendar-component-set")
    names = [] if kinds is None else [each.get("name", "").upper() for each in kinds]
    return not names or "VEVENT" in names


def _calendar(url: str, response: Response) -> Calendar:
    privileges = response.properties.get(f"{DAV}current-user-privilege-set")
    read_only = privileges is not None and WRITING.isdisjoint(
        each.tag for each in privileges.iter()
    )
    name = response.text(f"{DAV}displayname") or unquote(url.rstrip("/").rpartition("/")[2])
    return Calendar(url, name, read_only, zone_in(response.text(f"{CALDAV}calendar-timezone")))
