"""Somebody who may do everything, and a contact of theirs."""

from typing import Any

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.running import Service


@pytest.fixture
def client(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant)


@pytest.fixture
def stranger(service: Service, other_tenant: str) -> httpx.Client:
    """Somebody who may do everything, elsewhere."""
    return service.client(tenant=other_tenant)


@pytest.fixture
def contact(client: httpx.Client) -> dict[str, Any]:
    return office.add(client)
