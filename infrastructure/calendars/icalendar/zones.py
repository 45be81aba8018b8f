"""Time zones by the TZID of a property: by its VTIMEZONE, else the IANA name, else Windows'."""

from collections.abc import Iterator
from datetime import UTC, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from infrastructure.calendars.icalendar.components import Component
from infrastructure.calendars.icalendar.observances import observed


class Zone(NamedTuple):
    """`name` is the IANA name, None where there is none."""

    rules: tzinfo
    name: str | None


@cache
def _names() -> dict[str, str]:
    """IANA names by the names in use, in lower case; the table of Windows' is CLDR's."""
    iana = {name.lower(): name for name in available_timezones()}
    return {windows.lower(): name for windows, name in WINDOWS_TO_OLSON.items()} | iana


def iana_name(name: str) -> str | None:
    """The IANA name that a TZID means: itself, Windows', or after a vendor's prefix, such as
    /freeassociation.sourceforge.net/Europe/Berlin (RFC 5545, 3.2.19)."""
    return next((_names()[each] for each in _readings(name) if each in _names()), None)


def _readings(name: str) -> Iterator[str]:
    words = name.strip().strip('"/').lower().split("/")[-8:]
    for start in range(len(words)):
        yield "/".join(words[start:])


class Zones:
    """The zones of one text. `floating` is the zone of times without one: of the calendar, else the
    one that the text names, else UTC."""

    def __init__(self, root: Component, zone: str | None = None):
        self._stated: dict[str, Component] = {}
        for vtimezone in root.within("VTIMEZONE"):
            if tzid := vtimezone.line("TZID"):
                self._stated.setdefault(_key(tzid.value), vtimezone)
        self._found: dict[str, Zone | None] = {}
        named = next(
            (line for each in root.components() for line in each.lines("X-WR-TIMEZONE")), None
        )
        name = iana_name(zone or "") or iana_name(named.value if named else "")
        self.floating = Zone(ZoneInfo(name), name) if name else Zone(UTC, None)

    def states(self, tzid: str) -> bool:
        """True if the text has a VTIMEZONE for it."""
        return _key(tzid) in self._stated

    def of(self, tzid: str) -> Zone | None:
        key = _key(tzid)
        if key not in self._found:
            self._found[key] = self._zone(key)
        return self._found[key]

    def _zone(self, key: str) -> Zone | None:
        vtimezone = self._stated.get(key)
        rules = observed(vtimezone) if vtimezone else None
        place = vtimezone.line("X-LIC-LOCATION") if vtimezone else None
        name = iana_name(key) or iana_name(place.value if place else "")
        # A VTIMEZONE that lists dates covers these dates only; a name has the rules of all years.
        if rules and (rules.endless or name is None):
            return Zone(rules, name)
        return Zone(ZoneInfo(name), name) if name else None


def _key(tzid: str) -> str:
    return tzid.strip().strip('"')
