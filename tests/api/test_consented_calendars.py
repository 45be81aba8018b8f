"""kith beside Google and Microsoft: an account by consent, and both sides show one meeting."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.api.contracts.tracking.office import done
from tests.api.running import Service, running
from tests.doubles.server import Double
from tests.infrastructure.calendars.cloud.hands import Hand, hand_of

SECONDS = 60.0
"""No test fails because the machine is busy."""

SOON = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["google", "microsoft"])
def hand(request: pytest.FixtureRequest) -> Iterator[Hand]:
    with hand_of(request.param) as one:
        yield one


@pytest.fixture
def synced(database: Callable[[], str], hand: Hand) -> Iterator[Service]:
    kind = hand.provider().kind
    settings: dict[str, Any] = {
        "accounts_allow_private": True,
        f"{kind}_client_id": "client",
        f"{kind}_client_secret": "secret",
        f"{kind}_url": hand.double.origin,
    }
    with running(database(), sync=True, **settings) as one:
        yield one


def until(found: Callable[[], Any]) -> Any:
    """Wait until something is found."""
    last = time.monotonic() + SECONDS
    while not (value := found()):
        assert time.monotonic() < last, "in vain"
        time.sleep(0.05)
    return value


def connect(client: httpx.Client, double: Double, kind: str) -> str:
    url = done(client.post("/api/accounts/authorize", json={"kind": kind}))["url"]
    asked = {name: each for name, (each,) in parse_qs(urlsplit(url).query).items()}
    double.codes["code-1"] = {"redirect_uri": asked["redirect_uri"]}
    handed = {"code": "code-1", "state": asked["state"]}
    return str(done(client.post("/api/accounts/authorized", json=handed), 201)["id"])


def test_a_meeting_stands_on_both_sides_through_renewals_and_a_revocation(
    synced: Service, hand: Hand, tenant: str
):
    client, kind, double = synced.client(tenant=tenant), hand.provider().kind, hand.double
    double.turns_over = True
    account = f"/api/accounts/{connect(client, double, kind)}"
    until(lambda: done(client.get(account))["state"] == "active")
    contact = done(client.post("/api/contacts", json={"name": "Ann"}), 201)["id"]
    body = {"contactId": contact, "scheduledDateTime": SOON.isoformat(), "purpose": "Lunch"}
    meeting = f"/api/meetings/{done(client.post('/api/meetings', json=body), 201)['id']}"
    (event,) = until(lambda: list(double.events[hand.calendar]))
    double.expire()
    hand.change(event, start=SOON + HOUR)
    client.post(f"{account}/sync")
    moved = (SOON + HOUR).isoformat().replace("+00:00", "Z")
    until(lambda: done(client.get(meeting))["scheduledDateTime"] == moved)
    double.revoked = True
    double.expire()
    client.post(f"{account}/sync")
    shown = until(lambda: _attention(done(client.get(account))))
    assert "consent" in shown["attention"]
    renewals = double.renewals
    client.post(f"{account}/sync")
    assert double.renewals == renewals


def _attention(account: dict[str, Any]) -> dict[str, Any] | None:
    return account if account["state"] == "attention" else None
