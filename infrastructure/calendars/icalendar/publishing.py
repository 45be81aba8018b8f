"""Meetings as one calendar to subscribe to (RFC 5545; `PUBLISH` of RFC 5546)."""

import asyncio
from collections.abc import Iterable, Iterator

from infrastructure.calendars.icalendar.lines import escaped, line
from infrastructure.calendars.icalendar.properties import DEFAULT_LENGTH, day, stamp
from infrastructure.calendars.icalendar.writing import PRODUCT
from projections.calendar_feeds.model import FedMeeting

TITLE = "Meeting"
"""Every meeting's: its purpose is hidden."""

REFRESH = "PT30M"
"""The shortest time between two requests of a subscriber; most choose a longer one."""

LINES = 50
"""Lines that are written before the event loop serves others: some milliseconds, if all are long.
Thousands of meetings take a good part of a second."""


async def published(meetings: Iterable[FedMeeting]) -> bytes:
    """The text, which is the same for the same meetings."""
    written: list[bytes] = []
    for each in _lines(meetings):
        written.append(line(each).raw)
        if len(written) % LINES == 0:
            await asyncio.sleep(0)
    return b"".join(written)


def _lines(meetings: Iterable[FedMeeting]) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{PRODUCT}"
    yield "METHOD:PUBLISH"
    yield "X-WR-CALNAME:kith"
    yield f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"
    yield f"X-PUBLISHED-TTL:{REFRESH}"
    for meeting in meetings:
        yield "BEGIN:VEVENT"
        yield f"UID:{meeting.id}@kith"
        yield stamp("DTSTAMP", meeting.changed_at)
        if meeting.whole_day:
            yield day("DTSTART", meeting.scheduled_at)
        else:
            yield stamp("DTSTART", meeting.scheduled_at)
            yield stamp("DTEND", meeting.scheduled_at + DEFAULT_LENGTH)
        yield f"SUMMARY:{TITLE}"
        if meeting.location:
            yield f"LOCATION:{escaped(meeting.location)}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"
