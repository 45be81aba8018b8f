"""A CalDAV server that misbehaves as a test wants, with one calendar."""

from collections.abc import AsyncIterator, Iterator

import pytest

from infrastructure.calendars.port import Calendar, CalendarService
from tests.infrastructure.calendars.double import CALENDAR, Double, misbehaving
from tests.infrastructure.calendars.faulty_caldav.given import opened


@pytest.fixture
def double() -> Iterator[Double]:
    with misbehaving() as one:
        yield one


@pytest.fixture
async def service(double: Double) -> AsyncIterator[CalendarService]:
    one = await opened(double)
    yield one
    await one.close()


@pytest.fixture
def calendar(double: Double) -> Calendar:
    return Calendar(double.url + CALENDAR, "Work", read_only=False)
