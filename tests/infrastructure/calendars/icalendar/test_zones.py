"""Time zones: what a VTIMEZONE says, and what names mean."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from infrastructure.calendars.icalendar.components import parsed
from infrastructure.calendars.icalendar.observances import observed
from infrastructure.calendars.icalendar.vtimezone import vtimezone
from infrastructure.calendars.icalendar.zones import Zones, iana_name
from tests.infrastructure.calendars.icalendar.calendars import SAMPLES, at, calendar, starts

MOMENTS = st.datetimes(datetime(2008, 1, 1), datetime(2037, 12, 31))  # noqa: DTZ001
STATED = {"google": "Europe/Berlin", "outlook": "Europe/Berlin", "icloud": "America/New_York"}


@pytest.mark.parametrize("sample", STATED)
@given(moment=MOMENTS, fold=st.sampled_from((0, 1)))
def test_a_vtimezone_is_the_zone_it_describes(sample, moment, fold):
    """Held against the IANA zone, the hours around a change of the clock included."""
    (component,) = parsed(SAMPLES[sample]).within("VTIMEZONE")
    rules, zone = observed(component), ZoneInfo(STATED[sample])
    assert rules is not None

    clock = moment.replace(fold=fold)
    assert clock.replace(tzinfo=rules).utcoffset() == clock.replace(tzinfo=zone).utcoffset()
    utc = moment.replace(tzinfo=UTC)
    assert utc.astimezone(rules).replace(tzinfo=None) == utc.astimezone(zone).replace(tzinfo=None)
    assert utc.astimezone(rules).astimezone(UTC) == utc


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_the_hours_of_a_change_are_those_of_the_zone(zone):
    (component,) = parsed(vtimezone(zone, 2026)).components()
    rules = observed(component)
    assert rules is not None

    first = at(2026, 1, 1)
    for hours in range(2 * 365 * 24):
        utc = first + timedelta(hours=hours)
        there = utc.astimezone(rules)
        expected = utc.astimezone(ZoneInfo(zone))
        assert (there.replace(tzinfo=None), there.fold) == (
            expected.replace(tzinfo=None),
            expected.fold,
        )


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/America/Argentina/Salta", "America/Argentina/Salta"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("../../etc/passwd", None),
        ("Customized Time Zone", None),
        ("", None),
    ],
)
def test_a_name_means_an_iana_zone(name, means):
    assert iana_name(name) == means


OFFICE = """BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:STANDARD
DTSTART:{start}
TZOFFSETFROM:{offset}
TZOFFSETTO:{offset}
{more}
END:STANDARD
END:VTIMEZONE"""


def test_a_zone_of_ones_own_is_what_its_vtimezone_says():
    """Two texts with one TZID don't share it: many an Outlook has its Customized Time Zone."""
    for offset, hour in (("+0330", (6, 30)), ("-0500", (15, 0))):
        zone = OFFICE.format(
            tzid="Customized Time Zone", start="16010101T000000", offset=offset, more=""
        )
        event = "UID:1\nDTSTART;TZID=Customized Time Zone:20261105T100000"
        assert starts(calendar(event, before=zone)) == [at(2026, 11, 5, *hour)]


def test_a_vtimezone_with_rules_comes_before_the_name():
    rule = "RRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"
    event = "UID:1\nDTSTART;TZID=Europe/Berlin:20261105T100000"
    stated = OFFICE.format(tzid="Europe/Berlin", start="20200101T000000", offset="+0500", more=rule)
    assert starts(calendar(event, before=stated)) == [at(2026, 11, 5, 5)]


def test_a_vtimezone_that_lists_dates_comes_after_the_name():
    event = "UID:1\nDTSTART;TZID=Europe/Berlin:20261105T100000"
    stated = OFFICE.format(tzid="Europe/Berlin", start="20200101T000000", offset="+0500", more="")
    assert starts(calendar(event, before=stated)) == [at(2026, 11, 5, 9)]


@pytest.mark.parametrize(
    "more", ["RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;INTERVAL=x", "RDATE:never"]
)
def test_a_vtimezone_that_cant_be_made_out_leaves_the_name(more):
    event = "UID:1\nDTSTART;TZID=Europe/Berlin:20261105T100000"
    stated = OFFICE.format(tzid="Europe/Berlin", start="20200101T000000", offset="+0500", more=more)
    assert starts(calendar(event, before=stated)) == [at(2026, 11, 5, 9)]


def test_every_name_of_windows_is_known():
    zones = Zones(parsed(b""))
    assert all(zones.of(name) is not None for name in WINDOWS_TO_OLSON)
