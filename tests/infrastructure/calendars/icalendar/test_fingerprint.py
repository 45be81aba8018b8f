"""The fingerprint: what is a change, and what isn't."""

import pytest

from infrastructure.calendars.icalendar.fingerprint import fingerprint
from infrastructure.calendars.icalendar.patching import patched
from tests.infrastructure.calendars.icalendar.calendars import SAMPLES, readable
from tests.infrastructure.calendars.icalendar.test_patching import wanted_of
from tests.infrastructure.calendars.icalendar.test_writing import NOW

GOOGLE = SAMPLES["google"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"DTSTAMP:20261101T120000Z", b"DTSTAMP:20261102T120000Z"),
        (b"PRODID:-//Google", b"PRODID:-//Other"),
        (b"CREATED:20260930T080000Z\r\n", b""),
        (b"LAST-MODIFIED:2026", b"LAST-MODIFIED:2027"),
        (b"X-WR-CALNAME:ada@example.com\r\n", b""),
        (b"X-NUM-GUESTS=0", b"X-NUM-GUESTS=3"),
        (b"TRANSP:OPAQUE", b"TRANSP:OPAQUE\r\nX-GOOGLE-CONFERENCE:https://meet.google.com/a"),
        (b"\r\n ", b""),
        (b"\r\n", b"\n"),
        (b"DTSTART;TZID=Europe/Berlin:", b'DTSTART;TZID="Europe/Berlin":'),
        (b"CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT", b"ROLE=REQ-PARTICIPANT;CUTYPE=INDIVIDUAL"),
        (b"SEQUENCE:1\r\nSTATUS:CONFIRMED", b"STATUS:CONFIRMED\r\nSEQUENCE:1"),
        (b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=NEEDS-ACTION;SCHEDULE-STATUS=1.1"),
    ],
)
def test_an_addition_of_a_service_is_no_change(before, after):
    assert before in GOOGLE
    assert fingerprint(GOOGLE.replace(before, after)) == fingerprint(GOOGLE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"SUMMARY:Weekly", b"SUMMARY:Monthly"),
        (b"TZID=Europe/Berlin:20261117T140000", b"TZID=Europe/Berlin:20261117T150000"),
        (b"STATUS:CANCELLED", b"STATUS:CONFIRMED"),
        (b"EXDATE;TZID=Europe/Berlin:20261109T093000\r\n", b""),
        (b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=DECLINED"),
        (b"DTSTART:19700329T020000", b"DTSTART:19700329T010000"),
        (b"BEGIN:DAYLIGHT", b"BEGIN:STANDARD"),
    ],
)
def test_a_change_in_any_component_counts(before, after):
    assert before in GOOGLE
    assert fingerprint(GOOGLE.replace(before, after)) != fingerprint(GOOGLE)


def test_the_order_of_components_doesnt_count():
    head, *events = GOOGLE.split(b"BEGIN:VEVENT\r\n")
    events[-1] = events[-1].removesuffix(b"END:VCALENDAR\r\n")
    turned = b"BEGIN:VEVENT\r\n".join((head, *reversed(events))) + b"END:VCALENDAR\r\n"
    assert turned != GOOGLE
    assert fingerprint(turned) == fingerprint(GOOGLE)


def test_an_occurrence_moved_by_kith_changes_it():
    first = readable(GOOGLE).occurrences[0]
    wanted = wanted_of(first, start=first.ends_at, ends_at=None)
    assert fingerprint(patched(GOOGLE, wanted, NOW)) != fingerprint(GOOGLE)


def test_a_fingerprint_of_the_series_alone_would_miss_it():
    """The mutant: a moved occurrence leaves the first event as it is."""

    def of_the_first_event(text: bytes) -> bytes:
        return fingerprint(text.split(b"END:VEVENT")[0])

    moved = GOOGLE.replace(b"Berlin:20261117T140000", b"Berlin:20261117T150000")
    assert of_the_first_event(moved) == of_the_first_event(GOOGLE)
    assert fingerprint(moved) != fingerprint(GOOGLE)


def test_no_text_has_none():
    assert len(fingerprint(b"")) == len(fingerprint(b"\xff\x00BEGIN:")) == 32
