"""Accounts for tests that aren't about services: their service is asked nothing, and has one
calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx

from application.account_ports import FoundCalendar
from tests.api.running import Service

ACCOUNT = {
    "kind": "caldav",
    "url": "https://dav.invalid/",
    "username": "ann",
    "password": "open sesame",
}


class NoService:
    """The port `Prober`."""

    async def calendars(
        self, tenant: str, service: str, values: Mapping[str, str]
    ) -> Sequence[FoundCalendar]:
        return [FoundCalendar("/ann/", "Calendar", False)]


def without_services(service: Service) -> Service:
    """kith, whose accounts' services are asked nothing."""
    accounts = service.services.accounts
    service.services.accounts = replace(accounts, prober=NoService())
    return service


def new_account(client: httpx.Client, **more: Any) -> dict[str, Any]:
    response = client.post("/api/accounts", json=ACCOUNT | more)
    assert response.status_code == 201, response.text
    return dict(response.json())
