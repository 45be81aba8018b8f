"""A calendar of each of both services, on a double of its own for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from infrastructure.calendars.port import Calendar
from tests.infrastructure.calendars.cloud.hands import Hand, Service, hand_of


@pytest.fixture(params=["google", "microsoft"])
def hand(request: pytest.FixtureRequest) -> Iterator[Hand]:
    with hand_of(request.param) as one:
        yield one


@pytest.fixture
async def service(hand: Hand) -> AsyncIterator[Service]:
    one = hand.service()
    yield one
    await one.close()


@pytest.fixture
async def calendar(service: Service) -> Calendar:
    return (await service.calendars())[0]
