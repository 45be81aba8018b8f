"""Time zones by the names of Windows, which Graph takes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infrastructure.calendars.icalendar.zones import iana_name
from infrastructure.calendars.microsoft.zones import windows_name


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Berlin", "W. Europe Standard Time"),
        ("America/New_York", "Eastern Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
    ],
)
def test_a_zone_has_its_name_in_windows(zone: str, name: str):
    assert windows_name(zone, 2026) == name


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "Europe/Oslo", "America/Toronto", "Asia/Manila"]
)
def test_a_zone_without_a_name_of_its_own_has_that_of_one_with_the_same_clock(zone: str):
    name = windows_name(zone, 2026)
    assert name is not None
    other = ZoneInfo(str(iana_name(name)))
    for day in range(0, 365, 3):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        assert at.astimezone(other).utcoffset() == at.astimezone(ZoneInfo(zone)).utcoffset()


def test_a_zone_with_a_clock_of_its_own_has_none():
    assert windows_name("Antarctica/Troll", 2026) is None
