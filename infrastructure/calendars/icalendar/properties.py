"""The properties that kith writes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from infrastructure.calendars.icalendar.zones import Zone
from infrastructure.calendars.port import Wanted

DEFAULT_LENGTH = timedelta(minutes=30)
"""Of a meeting whose end isn't known; a calendar shows an event without an end badly."""


def stamp(name: str, moment: datetime) -> str:
    """A property with a moment in UTC."""
    return f"{name}:{_clock(moment.astimezone(UTC))}Z"


def day(name: str, moment: datetime) -> str:
    """A property with the date of a whole day."""
    return f"{name};VALUE=DATE:{_date(moment.astimezone(UTC))}"


def at(name: str, moment: datetime, tzid: str | None = None, zone: Zone | None = None) -> str:
    """A property with a moment by the clock of a zone, else in UTC: also the second of the two that
    are one time by the clock, when summer time ends."""
    if tzid is None or zone is None:
        return stamp(name, moment)
    local = moment.astimezone(zone.rules)
    if local.replace(fold=0).astimezone(UTC) != moment:
        return stamp(name, moment)
    quoted = f'"{tzid}"' if set(tzid) & set(":;,") else tzid
    return f"{name};TZID={quoted}:{_clock(local)}"


def _clock(moment: datetime) -> str:
    return f"{_date(moment)}T{moment:%H%M%S}"


def _date(moment: date) -> str:
    return f"{moment.year:04}{moment:%m%d}"


def begin_of(wanted: Wanted) -> datetime:
    """The begin of a meeting; of a whole day, midnight."""
    if not wanted.whole_day:
        return wanted.start
    return wanted.start.replace(hour=0, minute=0, second=0, microsecond=0)


def end_of(wanted: Wanted) -> datetime:
    """The end of a meeting; of a whole day, midnight after its last day."""
    if not wanted.whole_day:
        return wanted.ends_at or wanted.start + DEFAULT_LENGTH
    last = max(wanted.ends_at or wanted.start, wanted.start + timedelta(microseconds=1))
    midnight = last.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == last else midnight + timedelta(days=1)


def zone_of(name: str | None) -> Zone | None:
    """The zone of an IANA name in which a time is written, None for UTC."""
    return None if name in (None, "UTC", "Etc/UTC") else Zone(ZoneInfo(name), name)
