"""Meetings as iCalendar text, read by kith and by another parser."""

from datetime import UTC, timedelta
from uuid import UUID

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.calendars.icalendar.reading import read
from infrastructure.calendars.icalendar.writing import written
from infrastructure.calendars.port import Wanted, Window
from tests.infrastructure.calendars.icalendar.calendars import at, readable

MEETING = UUID("0d4f8c1e-52c7-4f0b-9d1a-6f1f0c3c7a52")
NOW = at(2026, 11, 27, 12)
MEETING_AT_NINE = Wanted(
    meeting=MEETING,
    uid=f"{MEETING}@kith",
    start=at(2026, 12, 1, 8),
    ends_at=at(2026, 12, 1, 9),
    zone="Europe/Berlin",
    whole_day=False,
    title="Quote; first, draft",
    place="Café\nCentral",
    agenda=("Price", "Dates\\terms"),
)


def test_a_meeting_is_read_as_it_was_written():
    text = written(MEETING_AT_NINE, NOW)
    (only,) = readable(text).occurrences

    assert (only.uid, only.recurrence) == (MEETING_AT_NINE.uid, None)
    assert (only.start, only.ends_at) == (MEETING_AT_NINE.start, MEETING_AT_NINE.ends_at)
    assert (only.zone, only.title, only.place) == (
        "Europe/Berlin",
        "Quote; first, draft",
        "Café Central",
    )
    assert only.notes is None, "the agenda is kith's own"
    assert only.attendees == ()
    assert b"ATTENDEE" not in text
    assert b"ORGANIZER" not in text


def test_another_parser_reads_the_same():
    event = vobject.readOne(written(MEETING_AT_NINE, NOW).decode()).vevent

    assert event.uid.value == MEETING_AT_NINE.uid
    assert event.dtstart.value.astimezone(UTC) == MEETING_AT_NINE.start
    assert event.dtend.value.astimezone(UTC) == MEETING_AT_NINE.ends_at
    assert event.summary.value == MEETING_AT_NINE.title
    assert event.location.value == MEETING_AT_NINE.place
    assert event.description.value == (
        "--- Agenda (kith) ---\n- Price\n- Dates\\terms\n--- End of agenda (kith) ---"
    )


def test_a_meeting_whose_end_isnt_known_takes_half_an_hour():
    (only,) = readable(written(MEETING_AT_NINE._replace(ends_at=None), NOW)).occurrences
    assert only.ends_at == MEETING_AT_NINE.start + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("ends_at", "expected"),
    [
        (None, at(2026, 12, 2)),
        (at(2026, 12, 1), at(2026, 12, 2)),
        (at(2026, 12, 3), at(2026, 12, 3)),
        (at(2026, 12, 3, 4), at(2026, 12, 4)),
    ],
)
def test_a_whole_day_is_written_as_dates(ends_at, expected):
    wanted = MEETING_AT_NINE._replace(whole_day=True, start=at(2026, 12, 1), ends_at=ends_at)
    (only,) = readable(written(wanted, NOW)).occurrences
    assert (only.start, only.ends_at, only.whole_day) == (at(2026, 12, 1), expected, True)


def test_the_hour_that_comes_twice_keeps_its_instant():
    for hour in (0, 1):
        wanted = MEETING_AT_NINE._replace(
            start=at(2027, 10, 31, hour, 30), ends_at=at(2027, 10, 31, hour, 45)
        )
        window = Window(wanted.start - timedelta(1), wanted.start + timedelta(1))
        (only,) = readable(written(wanted, NOW), window=window).occurrences
        assert (only.start, only.ends_at) == (wanted.start, wanted.ends_at)


@given(
    start=st.datetimes(at(1990, 1, 1).replace(tzinfo=None), at(2090, 1, 1).replace(tzinfo=None)),
    length=st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
    zone=st.sampled_from([None, "UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
    title=st.text(max_size=200),
    agenda=st.lists(st.text(min_size=1, max_size=50), max_size=5),
)
def test_any_meeting_is_read_as_it_was_written(start, length, zone, title, agenda):
    start = start.replace(tzinfo=UTC, microsecond=0)
    ends_at = (start + length).replace(microsecond=0)
    wanted = MEETING_AT_NINE._replace(
        start=start,
        ends_at=ends_at if ends_at > start else ends_at + timedelta(seconds=1),
        zone=zone,
        title=title,
        agenda=tuple(agenda),
    )
    text = written(wanted, NOW)
    found = read(text, Window(start - timedelta(1), start + timedelta(50)), None)
    (only,) = found.occurrences

    assert (only.start, only.ends_at) == (wanted.start, wanted.ends_at)
    assert only.title is None or " ".join(only.title.split()) == only.title
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert text.decode()
