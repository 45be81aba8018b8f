"""Recurrence: rules, exceptions, what moves into the window and out of it, and what is refused."""

import pytest

from infrastructure.calendars.icalendar.occurrences import MOST
from infrastructure.calendars.icalendar.reading import read
from tests.infrastructure.calendars.icalendar.calendars import (
    WINDOW,
    at,
    calendar,
    readable,
    starts,
)

WEEKLY = "UID:1\nDTSTART;TZID=Europe/Berlin:20261005T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"


def exception(recurrence, start, more=""):
    return f"UID:1\nRECURRENCE-ID{recurrence}\nDTSTART{start}\nDURATION:PT1H\n{more}"


def test_an_occurrence_moved_into_the_window_is_in_it():
    moved = exception(":20261012T080000Z", ":20261110T080000Z")
    found = readable(calendar(f"{WEEKLY};COUNT=2", moved)).occurrences

    assert [(each.start, each.recurrence) for each in found] == [
        (at(2026, 11, 10, 8), at(2026, 10, 12, 8))
    ]


def test_an_occurrence_moved_out_of_the_window_is_known_to_have_moved():
    moved = exception(";TZID=Europe/Berlin:20261109T100000", ":20280101T080000Z")
    found = readable(calendar(f"{WEEKLY};UNTIL=20261117", moved)).occurrences

    assert [(each.start, each.recurrence) for each in found] == [
        (at(2026, 11, 2, 9), at(2026, 11, 2, 9)),
        (at(2026, 11, 16, 9), at(2026, 11, 16, 9)),
        (at(2028, 1, 1, 8), at(2026, 11, 9, 9)),
    ]


def test_a_rule_keeps_the_clock_over_the_end_of_summer_time():
    text = calendar(f"{WEEKLY};COUNT=5".replace("20261005", "20261019"))
    assert starts(text) == [at(2026, 11, 2, 9), at(2026, 11, 9, 9), at(2026, 11, 16, 9)]


def test_a_left_out_date_matches_in_any_form():
    for left_out in (
        "EXDATE;TZID=Europe/Berlin:20261109T100000",
        "EXDATE:20261109T090000Z",
        "EXDATE;VALUE=DATE:20261109",
        "EXDATE:20261102T090000Z,20261109T090000Z\nRDATE:20261102T100000Z",
    ):
        found = starts(calendar(f"{WEEKLY};COUNT=6\n{left_out}"))
        assert at(2026, 11, 9, 9) not in found
        assert len(found) == 1


def test_further_dates_and_periods_are_occurrences():
    text = calendar(
        "UID:1\nDTSTART:20261105T100000Z\nDURATION:PT1H\n"
        "RDATE:20261107T100000Z\nRDATE;VALUE=PERIOD:20261108T100000Z/PT3H"
    )
    found = readable(text).occurrences

    assert [(each.start, each.ends_at) for each in found] == [
        (at(2026, 11, 5, 10), at(2026, 11, 5, 11)),
        (at(2026, 11, 7, 10), at(2026, 11, 7, 11)),
        (at(2026, 11, 8, 10), at(2026, 11, 8, 13)),
    ]


def test_a_change_of_all_that_follow_moves_them():
    onwards = exception(";RANGE=THISANDFUTURE:20261109T090000Z", ":20261109T110000Z", "SUMMARY:New")
    found = readable(calendar(f"{WEEKLY};COUNT=7", onwards)).occurrences

    assert [(each.start, each.recurrence, each.title) for each in found] == [
        (at(2026, 11, 2, 9), at(2026, 11, 2, 9), None),
        (at(2026, 11, 9, 11), at(2026, 11, 9, 9), "New"),
        (at(2026, 11, 16, 11), at(2026, 11, 16, 9), "New"),
    ]


def test_an_exception_alone_is_an_occurrence():
    (only,) = readable(calendar(exception(":20261109T090000Z", ":20261110T090000Z"))).occurrences
    assert (only.start, only.recurrence) == (at(2026, 11, 10, 9), at(2026, 11, 9, 9))


def test_a_series_of_whole_days_takes_exceptions_in_either_form():
    daily = "UID:1\nDTSTART;VALUE=DATE:20261102\nRRULE:FREQ=DAILY;UNTIL=20261104T235959Z"
    for recurrence in (";VALUE=DATE:20261103", ":20261103T000000"):
        moved = f"UID:1\nRECURRENCE-ID{recurrence}\nDTSTART;VALUE=DATE:20261120"
        found = readable(calendar(daily, moved)).occurrences
        assert [(each.start, each.recurrence, each.whole_day) for each in found] == [
            (at(2026, 11, 2), at(2026, 11, 2), True),
            (at(2026, 11, 4), at(2026, 11, 4), True),
            (at(2026, 11, 20), at(2026, 11, 3), True),
        ]


@pytest.mark.parametrize(
    "until", ["20261109", "20261109T100000", "20261109T090000Z", "20261109T235959"]
)
def test_the_end_of_a_rule_is_taken_in_any_form(until):
    text = calendar(f"{WEEKLY};UNTIL={until}")
    assert starts(text) == [at(2026, 11, 2, 9), at(2026, 11, 9, 9)]


def test_a_time_that_comes_twice_is_the_first_and_one_left_out_goes_on():
    zone = "RRULE:FREQ=DAILY;COUNT=2"
    twice = f"UID:1\nDTSTART;TZID=America/New_York:20261031T013000\n{zone}"
    assert starts(calendar(twice)) == [at(2026, 11, 1, 5, 30)]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=SECONDLY", "sub_daily"),
        ("FREQ=MINUTELY;INTERVAL=90", "sub_daily"),
        ("FREQ=HOURLY", "sub_daily"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40,50", "sub_daily"),
        ("FREQ=DAILY;INTERVAL=0", "unreadable_rule"),
        ("FREQ=SOMETIMES", "unreadable_rule"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "unreadable_rule"),
        ("INTERVAL=2", "sub_daily"),
        ("FREQ=DAILY;UNTIL=tomorrow", "unreadable_rule"),
    ],
)
def test_a_rule_that_isnt_followed_is_a_trouble(rule, code):
    text = calendar(f"UID:1\nDTSTART:20261105T100000Z\nSUMMARY:Tick\nRRULE:{rule}")
    found = read(text, WINDOW, None)

    assert found.occurrences == ()
    (trouble,) = found.troubles
    assert (trouble.item, trouble.title, trouble.code) == ("1", "Tick", code)


def test_occurrences_are_bounded():
    text = calendar("UID:1\nDTSTART:20261105T100000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8")
    found = read(text, WINDOW, None)

    assert len(found.occurrences) == MOST
    assert [each.code for each in found.troubles] == ["too_many_occurrences"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("SUMMARY:Nowhere", "no_start"),
        ("DTSTART:soon", "unreadable"),
        ("DTSTART:PT1H", "unreadable"),
        ("DTSTART;TZID=Middle-earth/Shire:20261105T100000", "unknown_zone"),
        ("DTSTART:20261105T100000Z\nDURATION:long", "unreadable"),
    ],
)
def test_times_that_cant_be_read_are_a_trouble(lines, code):
    found = read(calendar(f"UID:1\n{lines}"), WINDOW, "Asia/Tokyo")
    assert [each.code for each in found.troubles] == [code]
