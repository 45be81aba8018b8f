"""Calendar objects as occurrences: what services write."""

from datetime import timedelta

import pytest

from infrastructure.calendars.icalendar.reading import read
from infrastructure.calendars.port import Person, Window
from tests.infrastructure.calendars.icalendar.calendars import (
    SAMPLES,
    WINDOW,
    at,
    calendar,
    readable,
    starts,
)


def test_a_google_series_has_its_exceptions():
    found = readable(SAMPLES["google"])

    assert found.uid == "6c9m2d1o@google.com"
    assert found.recurring
    assert [(each.start, each.recurrence) for each in found.occurrences] == [
        (at(2026, 11, 2, 8, 30), at(2026, 11, 2, 8, 30)),
        (at(2026, 11, 17, 13), at(2026, 11, 16, 8, 30)),
        (at(2026, 11, 23, 8, 30), at(2026, 11, 23, 8, 30)),
        (at(2026, 11, 30, 8, 30), at(2026, 11, 30, 8, 30)),
        (at(2026, 12, 7, 8, 30), at(2026, 12, 7, 8, 30)),
        (at(2026, 12, 14, 8, 30), at(2026, 12, 14, 8, 30)),
        (at(2026, 12, 21, 8, 30), at(2026, 12, 21, 8, 30)),
    ]
    assert [each.cancelled for each in found.occurrences] == [False, False, True, *[False] * 4]


def test_an_occurrence_says_what_and_with_whom():
    first, moved, *_ = readable(SAMPLES["google"]).occurrences

    assert first.ends_at == at(2026, 11, 2, 9, 15)
    assert first.zone == "Europe/Berlin"
    assert (first.title, first.place) == ("Weekly with Grace", "Room 4; second floor")
    assert first.notes is not None
    assert first.notes.startswith("Figures of the week, then plans.\n\n")
    assert first.notes.endswith("https://meet.google.com/abc-defg-hij")
    assert first.organizer == Person("ada@example.com", "Ada Byron")
    assert first.attendees == (
        Person("ada@example.com", "Ada Byron", "accepted"),
        Person("Grace@Example.NET", "grace@example.net", "needs-action"),
    ), "a room is no person"
    assert (first.sequence, moved.sequence) == (1, 2)
    assert first.changed_at == at(2026, 10, 20, 10, 10, 10)
    assert moved.title == "Weekly with Grace, moved"
    assert (first.private, first.kind, first.whole_day) == (False, "event", False)


def test_outlook_names_zones_as_windows_does():
    (only,) = readable(SAMPLES["outlook"]).occurrences

    assert (only.start, only.ends_at) == (at(2026, 12, 1, 8), at(2026, 12, 1, 9))
    assert (only.zone, only.recurrence) == ("Europe/Berlin", None)
    assert only.attendees == (Person("ada@example.com", "Byron, Ada", "tentative"),)
    assert only.notes == "Hallo Ada,\n\nbis dann"


def test_icloud_has_addresses_of_its_own_for_people():
    found = readable(SAMPLES["icloud"]).occurrences

    assert [each.start for each in found] == [
        at(2026, 11, 2, 17, 30),
        at(2026, 12, 7, 17, 30),
        at(2027, 1, 4, 17, 30),
        at(2027, 2, 1, 17, 30),
    ]
    assert found[0].place == "Café Central Herrengasse 14 1010 Wien"
    assert found[0].organizer == Person("ada@example.com", "Ada Byron")
    assert found[0].attendees[0] == Person("ada@example.com", "Ada Byron", "accepted")
    assert found[0].attendees[1].status == "declined"


def test_a_whole_day_stays_a_date_in_every_zone():
    (only,) = readable(SAMPLES["nextcloud"], "Pacific/Auckland").occurrences

    assert (only.start, only.ends_at) == (at(2026, 12, 3), at(2026, 12, 5))
    assert (only.whole_day, only.zone, only.private) == (True, None, True)


def test_a_vendors_prefix_and_a_duration():
    (only,) = readable(SAMPLES["thunderbird"]).occurrences

    assert (only.start, only.ends_at) == (at(2026, 12, 4, 15), at(2026, 12, 4, 15, 45))
    assert only.zone == "Europe/Vienna"


@pytest.mark.parametrize("sample", SAMPLES)
def test_line_ends_marks_and_charsets_make_no_difference(sample):
    text = SAMPLES[sample]
    expected = read(text, WINDOW, None)

    assert read(text.replace(b"\r\n", b"\n"), WINDOW, None) == expected
    assert read(b"\xef\xbb\xbf" + text, WINDOW, None) == expected
    assert read(text.decode().encode("utf-16"), WINDOW, None) == expected
    assert read(text.replace(b"\r\n ", b"\r\n\t"), WINDOW, None) == expected
    assert read(text.removesuffix(b"END:VCALENDAR\r\n"), WINDOW, None) == expected


def test_a_fold_may_split_a_character():
    whole = calendar("UID:1\nDTSTART:20261201T100000Z\nSUMMARY:Café")
    split = whole.replace(b"\xc3\xa9", b"\xc3\r\n \xa9")

    assert readable(split).occurrences == readable(whole).occurrences


def test_text_in_the_charset_of_windows_is_read():
    text = calendar("UID:1\nDTSTART:20261201T100000Z\nSUMMARY:Café")
    (only,) = readable(text.decode().encode("cp1252")).occurrences

    assert only.title == "Café"


def test_a_time_without_a_zone_is_the_calendars():
    text = calendar("UID:1\nDTSTART:20261201T100000")

    assert starts(text) == [at(2026, 12, 1, 10)]
    assert starts(text, "Europe/Berlin") == [at(2026, 12, 1, 9)]
    named = calendar("UID:1\nDTSTART:20261201T100000", before="X-WR-TIMEZONE:Asia/Tokyo")
    assert starts(named) == [at(2026, 12, 1, 1)]
    assert starts(named, "Europe/Berlin") == [at(2026, 12, 1, 9)]


def test_a_missing_uid_is_made_of_the_event():
    first = calendar("DTSTART:20261201T100000Z\nSUMMARY:A")
    other = calendar("DTSTART:20261201T100000Z\nSUMMARY:B")

    assert read(first, WINDOW, None).uid == read(first + b"\r\n", WINDOW, None).uid
    assert read(first, WINDOW, None).uid != read(other, WINDOW, None).uid


def test_an_event_without_an_end_has_none():
    (only,) = readable(calendar("UID:1\nDTSTART:20261201T100000Z")).occurrences
    assert only.ends_at is None
    backwards = calendar("UID:1\nDTSTART:20261201T100000Z\nDTEND:20261201T090000Z")
    (only,) = readable(backwards).occurrences
    assert (only.start, only.ends_at) == (at(2026, 12, 1, 10), None)
    (only,) = readable(calendar("UID:1\nDTSTART;VALUE=DATE:20261201")).occurrences
    assert only.ends_at == at(2026, 12, 2)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", "outOfOffice"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "workingLocation"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "event"),
        ("X-NEXTCLOUD-BC-FIELD-TYPE:BDAY", "birthday"),
        ("CATEGORIES:Family,Birthday", "birthday"),
        ("CATEGORIES:Work", "event"),
    ],
)
def test_a_kind_is_what_the_service_says(lines, kind):
    (only,) = readable(calendar(f"UID:1\nDTSTART;VALUE=DATE:20261201\n{lines}")).occurrences
    assert only.kind == kind


@pytest.mark.parametrize(
    ("lines", "private"),
    [
        ("CLASS:PUBLIC", False),
        ("CLASS:PRIVATE", True),
        ("CLASS:confidential", True),
        ("CLASS:X-OF-THEIR-OWN", True),
        ("X-CALENDARSERVER-ACCESS:RESTRICTED", True),
        ("TRANSP:TRANSPARENT", False),
    ],
)
def test_a_class_that_isnt_public_is_private(lines, private):
    (only,) = readable(calendar(f"UID:1\nDTSTART:20261201T100000Z\n{lines}")).occurrences
    assert only.private is private


def test_a_calendar_that_cancels_cancels_its_event():
    text = calendar("UID:1\nDTSTART:20261201T100000Z", before="METHOD:CANCEL")
    (only,) = readable(text).occurrences
    assert only.cancelled


def test_tasks_and_notes_are_no_events():
    text = SAMPLES["nextcloud"].replace(b"VEVENT", b"VTODO")
    assert read(text, WINDOW, None) == (None, False, (), ())


def test_an_event_outside_of_the_window_has_no_occurrence():
    early = Window(WINDOW.since - timedelta(days=365), WINDOW.since)
    assert read(SAMPLES["nextcloud"], early, None).occurrences == ()
