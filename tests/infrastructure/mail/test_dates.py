"""When a mail was sent."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.mail.dates import envelope_date, read_date, sent_at

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def at(year, month, day, hour=0, minute=0, second=0):
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Thu, 22 Aug 2002 18:26:25 +0700",
        "22 Aug 2002 11:26:25 GMT",
        "Thu Aug 22 11:26:25 2002",
        "Thu, 22 Aug 02 07:26:25 EDT",
        "Thu, 22 Aug 102 07:26:25 -0400",
        "Thu, 22 Aug 2002 11:26:25",
        "Thu, 22 Aug 2002 11:26:25 -0000 (no idea)",
        "Do, 22 Aug 2002 11:26:25 +0000",
    ],
)
def test_dates_as_programs_write_them(value):
    assert read_date(value).instant == at(2002, 8, 22, 11, 26, 25)


@pytest.mark.parametrize(
    "value",
    ["", "yesterday", "Thu, 32 Aug 2002 11:26:25 +0000", "1 Jan 1900 00:00 +0000", "0" * 99],
)
def test_an_invalid_date_or_one_before_all_mail_is_none(value):
    assert read_date(value).instant is None


def test_a_leap_second_is_the_last_of_its_minute():
    assert read_date("31 Dec 2016 23:59:60 +0000").instant == at(2016, 12, 31, 23, 59, 59)


@pytest.mark.parametrize(
    "envelope",
    [
        "From ann@x.org  Thu Aug 22 11:26:25 2002",
        "From 17@xxx Thu Aug 22 13:26:25 +0200 2002",
        "From - Thu Aug 22 07:26:25 EDT 2002",
        "From ann@x.org Thu Aug 22 11:26:25 2002 +0000",
    ],
)
def test_the_envelope_has_a_date_of_its_own(envelope):
    assert envelope_date(envelope) == at(2002, 8, 22, 11, 26, 25)


DATE = "Mon, 1 Apr 2024 10:00:00 +0000"
RECEIVED = [
    "from a by b; Tue, 2 Apr 2024 10:00:05 +0000",
    "from c by a; Tue, 2 Apr 2024 10:00:01 +0000",
]
ENVELOPE = "From ann@x.org Wed Apr  3 10:00:00 2024"
FUTURE = "Mon, 1 Apr 2041 10:00:00 +0000"


@pytest.mark.parametrize(
    ("dates", "received", "envelope", "expected"),
    [
        ([DATE], RECEIVED, ENVELOPE, (at(2024, 4, 1, 10), "date")),
        ([], RECEIVED, ENVELOPE, (at(2024, 4, 2, 10, 0, 5), "received")),
        (["soon"], RECEIVED, ENVELOPE, (at(2024, 4, 2, 10, 0, 5), "received")),
        ([], [], ENVELOPE, (at(2024, 4, 3, 10), "envelope")),
        ([], ["by magic"], "From ann", (NOW, "import")),
        ([FUTURE], RECEIVED, ENVELOPE, (at(2024, 4, 2, 10, 0, 5), "received")),
        ([FUTURE], [], ENVELOPE, (NOW, "import")),
        ([FUTURE], [f"by x; {FUTURE}", RECEIVED[1]], "", (at(2024, 4, 2, 10, 0, 1), "received")),
    ],
)
def test_the_best_witness_of_the_date_is_taken(dates, received, envelope, expected):
    notes: list[str] = []

    assert sent_at(dates, received, envelope, NOW, notes) == expected
    assert bool(notes) == (dates != [DATE])


@settings(deadline=None)
@given(st.text() | st.from_regex(r"\d{1,5} Aug \d{1,5} \d{1,3}:\d{1,3}:\d{1,9} [+-]\d{1,9}"))
def test_no_text_raises(value):
    read_date(value)
    envelope_date(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Thu, 22 Aug 2002 16:56:25 +05:30", ""),
        ("Thu, 22 Aug 2002 13:26:25 GMT+0200", ""),
        ("Thu, 22 Aug 2002 13:26:25 UTC+2", ""),
        ("Thu, 22 Aug 2002 16:56:25 GMT +0530", ""),
        ("Thu, 22 Aug 2002 06:26:25 (EST) -0500", ""),
        ("Thu, 22 Aug 2002 04:26:25 -700", ""),
        ("Thu, 22 Aug 2002 11:26:25 AM +0000", ""),
        ("Thu, 22 Aug 2002 11:26:25.123456 +0000", ""),
        ("2002-08-22 13:26:25 +0200", ""),
        ("2002-08-22T11:26:25.5Z", ""),
        ("Thu, 22 Aug 2002 13:26:25 0200", "time zone without a sign"),
        ("Thu, 22 Aug 2002 13:26:25 CEST", "time zone by a name that isn't defined for mail"),
        ("Thu, 22 Aug 2002 11:26:25", "no time zone"),
        ("Thu, 22 Aug 2002 11:26:25 Mars", "unknown time zone"),
        ("Thu, 22 Aug 2002 11:26:25 H0500", "unknown time zone"),
        ("Thu, 22 Aug 2002 11:26:25 +9900", "no such time zone"),
    ],
)
def test_a_zone_is_read_or_noted_but_never_passed_over(value, expected):
    assert read_date(value) == (at(2002, 8, 22, 11, 26, 25), expected)


@pytest.mark.parametrize(("half", "hour"), [("10 PM", 22), ("12 AM", 0), ("12 p.m.", 12)])
def test_a_half_of_the_day_counts(half, hour):
    number, word = half.split()

    assert read_date(f"8 Jan 2024 {number}:00:00 {word} +0000") == (at(2024, 1, 8, hour), "")
