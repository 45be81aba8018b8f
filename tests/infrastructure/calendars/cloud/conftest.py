"""A calendar of each of both services, on a double of its own for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from infrastructure.calendars.port import Calendar
from tests.doubles import google_schema, graph_schema
from tests.doubles.server import serving
from tests.infrastructure.calendars.cloud.hands import Hand, Service, google_hand, graph_hand


@pytest.fixture(params=["google", "microsoft"])
def hand(request: pytest.FixtureRequest) -> Iterator[Hand]:
    described = google_schema.DOCUMENT if request.param == "google" else graph_schema.TYPES
    if not described.exists():
        pytest.skip(f"no {described.name}: make providers fetches it")
    double, one = google_hand() if request.param == "google" else graph_hand()
    with serving(double):
        yield one


@pytest.fixture
async def service(hand: Hand) -> AsyncIterator[Service]:
    one = hand.service()
    yield one
    await one.close()


@pytest.fixture
async def calendar(service: Service) -> Calendar:
    return (await service.calendars())[0]
