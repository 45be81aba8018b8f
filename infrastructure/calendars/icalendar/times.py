"""The dates and times of properties, each in its zone."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from icalendar.parser import Parameters
from icalendar.prop import vDDDTypes

from infrastructure.calendars.icalendar.lines import Line
from infrastructure.calendars.icalendar.unreadable import Unreadable
from infrastructure.calendars.icalendar.zones import Zone, Zones

Time = date | datetime
"""A whole day, or an aware moment."""


class Times(NamedTuple):
    """The values of one property. `zone` is that of a time by the clock, None for UTC and dates."""

    values: tuple[Time, ...]
    lengths: tuple[timedelta | None, ...]
    """Beside each value its length, where it is a period."""
    zone: Zone | None
    parameters: Parameters

    @property
    def first(self) -> Time:
        return self.values[0]


def times(line: Line, zones: Zones) -> Times:
    """Raises Unreadable."""
    parts = line.parts()
    if parts is None:
        raise Unreadable("unreadable", f"{line.name} can't be read.")
    parameters, text = parts
    zone = _zone(parameters, zones)
    values: list[Time] = []
    lengths: list[timedelta | None] = []
    clock = False
    for each in text.upper().split(","):
        start, _, end = each.strip().partition("/")
        value = _value(line, start, zone.rules)
        clock = clock or (isinstance(value, datetime) and not start.endswith("Z"))
        if parameters.get("VALUE") == "DATE" and isinstance(value, datetime):
            value = value.date()
        values.append(value)
        lengths.append(_length(line, value, end, zone.rules) if end else None)
    return Times(tuple(values), tuple(lengths), zone if clock else None, parameters)


def _zone(parameters: Parameters, zones: Zones) -> Zone:
    tzid = parameters.get("TZID")
    if not isinstance(tzid, str):
        return zones.floating
    found = zones.of(tzid)
    if found is None:
        raise Unreadable("unknown_zone", f"The time zone {tzid[:100]!r} isn't known.")
    return found


def _value(line: Line, text: str, rules: tzinfo) -> Time:
    read = _read(line, text)
    if isinstance(read, datetime):
        return read.replace(tzinfo=rules) if read.tzinfo is None else read.astimezone(UTC)
    if isinstance(read, date):
        return read
    raise Unreadable("unreadable", f"{line.name} isn't a time.")


def _length(line: Line, start: Time, text: str, rules: tzinfo) -> timedelta:
    read = _read(line, text)
    if isinstance(read, timedelta):
        return max(read, timedelta())
    return max(moment(_value(line, text, rules)) - moment(start), timedelta())


def duration(line: Line) -> timedelta:
    """The length that a DURATION states. Raises Unreadable."""
    read = _read(line, line.value.upper())
    if not isinstance(read, timedelta):
        raise Unreadable("unreadable", "DURATION isn't a length of time.")
    return read


def _read(line: Line, text: str) -> object:
    try:
        return vDDDTypes.from_ical(text)
    except (ValueError, OverflowError, TypeError):
        raise Unreadable("unreadable", f"{line.name} can't be read.") from None


def moment(value: Time) -> datetime:
    """The instant in UTC; of a whole day, midnight UTC. Raises OverflowError."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.combine(value, time(), UTC)


def alike(value: Time, start: Time) -> Time:
    """The value as a date if the series is one of whole days, else as a time of day: services write
    RECURRENCE-ID and EXDATE in either form."""
    if not isinstance(start, datetime):
        return value.date() if isinstance(value, datetime) else value
    return value if isinstance(value, datetime) else datetime.combine(value, start.timetz())
