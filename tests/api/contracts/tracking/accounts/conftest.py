"""kith with accounts at a calendar service that is as a test wants, and two of its users."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.api.contracts.tracking.accounts.calendar_service import (
    CALENDARS,
    FakeService,
    with_accounts,
)
from tests.api.running import Service


@pytest.fixture(scope="module")
def fake() -> FakeService:
    return FakeService()


@pytest.fixture(scope="module")
def service(database: Callable[[], str], fake: FakeService) -> Iterator[Service]:
    with with_accounts(database(), fake) as one:
        yield one


@pytest.fixture(autouse=True)
def well(fake: FakeService) -> None:
    fake.found, fake.failure = CALENDARS, None
    fake.tried.clear()


@pytest.fixture
def other_user(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant, user="6", name="Ben")
