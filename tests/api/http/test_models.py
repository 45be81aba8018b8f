"""Which spellings of an instant are understood, and what is said of the others."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.models import (
    Instant,
    InvalidInstant,
    NaiveInstant,
    parse_instant,
    parse_query_instant,
)

# A busy machine is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def utc(year, month, day, hour=0, minute=0, second=0, microsecond=0):
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2023-08-15T14:00:00Z", utc(2023, 8, 15, 14)),
        ("2023-08-15t14:00:00z", utc(2023, 8, 15, 14)),
        ("2023-08-15 14:00:00Z", utc(2023, 8, 15, 14)),
        ("2023-10-27T14:30:00+00:00", utc(2023, 10, 27, 14, 30)),
        ("2023-10-27T14:30:00-00:00", utc(2023, 10, 27, 14, 30)),
        ("2023-08-15T14:00:00+02:00", utc(2023, 8, 15, 12)),
        ("2023-08-15T14:00:00-0930", utc(2023, 8, 15, 23, 30)),
        ("2023-12-31T23:00:00-02:00", utc(2024, 1, 1, 1)),
        ("2019-05-06T06:00:00.000Z", utc(2019, 5, 6, 6)),
        ("2023-08-15T14:00:00.5Z", utc(2023, 8, 15, 14, 0, 0, 500_000)),
        ("2023-08-15T14:00:00.123456Z", utc(2023, 8, 15, 14, 0, 0, 123_456)),
        ("2023-08-15T14:00:00.123456999Z", utc(2023, 8, 15, 14, 0, 0, 123_456)),
        ("2024-02-29T00:00:00Z", utc(2024, 2, 29)),
        ("0001-01-01T00:00:00Z", utc(1, 1, 1)),
        ("9999-12-31T23:59:59.999999Z", utc(9999, 12, 31, 23, 59, 59, 999_999)),
    ],
)
def test_rfc_3339_is_read_to_the_microsecond_in_utc(text, at):
    instant = parse_instant(text)

    assert instant == Instant(at, text, False)
    assert instant.at.tzinfo is UTC


def test_a_date_stands_for_its_start_in_utc():
    assert parse_instant("2019-05-06") == Instant(utc(2019, 5, 6), "2019-05-06", True)


@pytest.mark.parametrize(
    "text", ["2023-08-15T14:00:00", "2023-08-15 14:00:00.5", "0001-01-01T00:00:00"]
)
def test_a_date_time_without_an_offset_is_naive(text):
    with pytest.raises(NaiveInstant, match="no offset"):
        parse_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "today",
        "1692108000",
        "2023-08",
        "20230815",
        "20230815T140000Z",
        "2023-W33-2",
        "2023-08-15T14:00Z",
        "2023-08-15T14Z",
        "2023-08-15T",
        "2023-08-15Z",
        "2023-8-15T14:00:00Z",
        "23-08-15T14:00:00Z",
        "+2023-08-15T14:00:00Z",
        " 2023-08-15T14:00:00Z",
        "2023-08-15T14:00:00Z\n",
        "2023-08-15\n",
        "2023-08-15T14:00:00,5Z",
        "2023-08-15T14:00:00.Z",
        "2023-08-15T14:00:00.1234567890Z",
        "2023-08-15T14:00:00 Z",
        "2023-08-15T14:00:00+2",
        "2023-08-15T14:00:00+02",
        "2023-08-15T14:00:00+02:00:30",
        "2023-08-15T14:00:00+02:60",
        "2023-08-15T14:00:00 02:00",
        "2023-08-15T14:00:00Z[Europe/Berlin]",
        "٢٠٢٣-٠٨-١٥",
        "2023-08-15T14:00:00Z\x00",
        "2023-08-15" * 10_000,
    ],
    ids=lambda text: repr(text[:40]),
)
def test_other_spellings_are_refused(text):
    with pytest.raises(InvalidInstant, match="not a date-time"):
        parse_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2023-02-29T00:00:00Z",
        "2023-13-01",
        "2023-00-10",
        "0000-01-01",
        "0000-01-01T00:00:00Z",
        "2023-08-32T00:00:00Z",
        "2023-08-15T24:00:00Z",
        "2023-08-15T14:60:00Z",
        "2016-12-31T23:59:60Z",
        "2023-08-15T25:00:00",
        "2023-08-15T14:00:00+24:00",
        "2023-08-15T14:00:00-99:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_an_impossible_date_time_or_offset_is_refused(text):
    with pytest.raises(InvalidInstant, match="no such date, time or offset"):
        parse_instant(text)


@pytest.mark.parametrize("value", [None, 5, 5.0, True, b"2023-08-15", ["2023-08-15"], {}])
def test_a_value_that_is_no_text_is_an_invalid_instant(value):
    with pytest.raises(InvalidInstant):
        parse_instant(value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2023-08-15T14:00:00 02:00", "2023-08-15T14:00:00+02:00"),
        ("2023-08-15T14:00:00 0200", "2023-08-15T14:00:00+0200"),
        ("2023-08-15 14:00:00.5 00:00", "2023-08-15 14:00:00.5+00:00"),
        ("2023-08-15T14:00:00Z", "2023-08-15T14:00:00Z"),
        ("2023-08-15", "2023-08-15"),
    ],
)
def test_a_plus_in_a_query_may_have_become_a_space(text, meant):
    assert parse_query_instant(text) == parse_instant(meant)


@pytest.mark.parametrize(
    "text", ["2023-08-15 02:00", "2023-08-15T14:00 02:00", "2023-08-15T14:00:00  02:00"]
)
def test_no_other_space_is_taken_for_a_plus(text):
    with pytest.raises(InvalidInstant):
        parse_query_instant(text)


def test_both_refusals_are_value_errors_that_do_not_quote_the_text():
    for text in ("s3cr3t", "2023-08-15T14:00:00"):
        with pytest.raises(ValueError, match=r"\.$") as refusal:
            parse_instant(text)
        assert text not in str(refusal.value)


_zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_datetimes = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=_zones)  # noqa: DTZ001


@unhurried
@given(_datetimes)
def test_a_written_instant_parses_to_the_same_instant(at):
    assert parse_instant(at.isoformat()).at == at
    assert parse_query_instant(at.isoformat().replace("+", " ")).at == at


@unhurried
@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.Zz+ -]*"))
def test_no_text_causes_anything_but_an_instant_or_a_refusal(text):
    for parser in (parse_instant, parse_query_instant):
        with suppress(InvalidInstant, NaiveInstant):
            assert parser(text).at.tzinfo is UTC
