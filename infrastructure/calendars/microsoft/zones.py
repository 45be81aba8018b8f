"""Time zones as Graph takes them: by the names of Windows."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

UTC_NAMES = frozenset(("UTC", "Etc/UTC", "Etc/GMT", "GMT"))

SAMPLES = tuple(timedelta(days=10 * each) for each in range(-37, 38))
"""The year before and the year after, in steps that no daylight saving time falls between."""


@lru_cache(256)
def windows_name(zone: str, year: int) -> str | None:
    """The name in Windows of an IANA zone, else that of one with the same clock around the year.
    None for UTC, and if Windows has none."""
    if zone in UTC_NAMES:
        return None
    named = next((name for name, iana in WINDOWS_TO_OLSON.items() if iana == zone), None)
    if named is not None:
        return named
    clock = _clock(zone, year)
    alike = (name for name, iana in WINDOWS_TO_OLSON.items() if _clock(iana, year) == clock)
    return next(alike, None)


@lru_cache(512)
def _clock(zone: str, year: int) -> tuple[timedelta | None, ...]:
    rules, middle = ZoneInfo(zone), datetime(year, 7, 1, tzinfo=UTC)
    return tuple((middle + each).astimezone(rules).utcoffset() for each in SAMPLES)
