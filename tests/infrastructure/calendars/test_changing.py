"""An event that is to be changed, as another client has left it meanwhile."""

from typing import Any, cast

import pytest

from infrastructure.calendars.caldav.objects import Objects, Stored
from infrastructure.calendars.caldav.writing import Writer
from infrastructure.calendars.icalendar import apart
from infrastructure.calendars.icalendar.writing import written
from infrastructure.calendars.port import Calendar, ServiceError, Stale
from tests.infrastructure.calendars.icalendar.calendars import SAMPLES, calendar
from tests.infrastructure.calendars.icalendar.test_writing import MEETING_AT_NINE, NOW

CALENDAR = Calendar("https://dav.invalid/ada/", "Work", read_only=False)
NEVER = """BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:STANDARD
DTSTART:20000101T000000
TZOFFSETFROM:+0100
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30
END:STANDARD
END:VTIMEZONE"""
"""A zone whose onsets dateutil looks for up to the year 9999."""


def changing(text: bytes) -> Any:
    """The change of an object with this text, which the server still has."""

    class Kept:
        async def stored(self, calendar: Calendar, id: str) -> Stored:
            return Stored(id, '"1"', text)

    nothing_is_sent = cast(Any, None)
    writer = Writer(nothing_is_sent, cast(Objects, Kept()))
    return writer.change(CALENDAR, MEETING_AT_NINE, "m.ics", '"1"')


@pytest.mark.anyio
@pytest.mark.parametrize("text", [b"", SAMPLES["google"], written(MEETING_AT_NINE, NOW)[:150]])
async def test_an_event_that_left_its_object_is_stale(text):
    with pytest.raises(Stale):
        await changing(text)


@pytest.mark.anyio
async def test_a_text_that_takes_too_long_is_given_up(monkeypatch):
    zones = [f"Z{number}" for number in range(300)]
    more = "\n".join(f"RDATE;TZID={zone}:20261201T100000" for zone in zones)
    text = calendar(
        f"UID:{MEETING_AT_NINE.uid}\nDTSTART:20261201T100000Z\n{more}",
        before="\n".join(NEVER.format(tzid=zone) for zone in zones),
    )
    monkeypatch.setattr(apart, "SECONDS", 0.5)
    with pytest.raises(ServiceError, match="too long"):
        await changing(text)
