"""A site of its own for each test, at the contract's address and at the bare origin."""

import pytest

from tests.api.contracts.sites.office import Office
from tests.api.running import Service


@pytest.fixture
def office(service: Service, tenant: str) -> Office:
    return Office(service, tenant)


@pytest.fixture(params=["", "/sites"], ids=["at the origin", "at its own address"])
def anywhere(request: pytest.FixtureRequest, service: Service, tenant: str) -> Office:
    return Office(service, tenant, request.param)


@pytest.fixture
def elsewhere(service: Service, other_tenant: str) -> Office:
    """Another site."""
    return Office(service, other_tenant)
