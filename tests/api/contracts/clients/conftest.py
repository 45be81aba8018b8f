"""An office with a client, at the bare origin and at the contract's own address."""

import pytest

from tests.api.contracts.clients.encounters import Office, add_client
from tests.api.running import Service


@pytest.fixture
def office(service: Service, tenant: str) -> Office:
    return Office(service, tenant, add_client(service, tenant, "A Client")["number"])


@pytest.fixture(params=["", "/clients"], ids=["at the origin", "at its own address"])
def anywhere(request: pytest.FixtureRequest, service: Service, tenant: str) -> Office:
    number = add_client(service, tenant, "A Client")["number"]
    return Office(service, tenant, number, base=request.param)
