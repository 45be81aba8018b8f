"""A meeting as iCalendar text of its own.

No attendee is written, ever: a server that finds one may send an invitation (RFC 6638).
"""

from collections.abc import Iterator
from datetime import datetime

from infrastructure.calendars.icalendar.agenda import with_agenda
from infrastructure.calendars.icalendar.lines import escaped, line
from infrastructure.calendars.icalendar.properties import at, day, end_of, stamp, zone_of
from infrastructure.calendars.icalendar.vtimezone import vtimezone
from infrastructure.calendars.port import Wanted

PRODUCT = "-//kith//kith//EN"


def written(wanted: Wanted, now: datetime) -> bytes:
    zone = None if wanted.whole_day else zone_of(wanted.zone)
    begins = [line("BEGIN:VCALENDAR"), line("VERSION:2.0"), line(f"PRODID:{PRODUCT}")]
    rules = vtimezone(zone.name, wanted.start.year) if zone and zone.name else b""
    event = [line(each) for each in _event(wanted, now)]
    pieces = [each.raw for each in begins], [rules], [each.raw for each in event]
    return b"".join(each for piece in pieces for each in piece) + line("END:VCALENDAR").raw


def _event(wanted: Wanted, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(wanted.uid)}"
    yield stamp("DTSTAMP", now)
    yield "SEQUENCE:0"
    yield from when(wanted)
    if wanted.title:
        yield f"SUMMARY:{escaped(wanted.title)}"
    if wanted.place:
        yield f"LOCATION:{escaped(wanted.place)}"
    if wanted.agenda:
        yield f"DESCRIPTION:{escaped(with_agenda('', wanted.agenda))}"
    yield "END:VEVENT"


def when(wanted: Wanted) -> tuple[str, str]:
    """DTSTART and DTEND."""
    ends = end_of(wanted)
    if wanted.whole_day:
        return day("DTSTART", wanted.start), day("DTEND", ends)
    zone = zone_of(wanted.zone)
    return at("DTSTART", wanted.start, wanted.zone, zone), at("DTEND", ends, wanted.zone, zone)
