"""A listener, and the contact in the events."""

from typing import Any

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.running import Service


@pytest.fixture
def client(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant)


@pytest.fixture
def contact(client: httpx.Client) -> dict[str, Any]:
    return office.add(client)


@pytest.fixture
def impatient(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats ten times a second."""
    monkeypatch.setattr(service.services.streams.source, "heartbeat", 0.1)
