"""kith beside a calendar service that says when a calendar has changed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.contracts.tracking.office import done
from tests.api.running import Service, running
from tests.api.test_consented_calendars import HOUR, SOON, connect, until
from tests.doubles.notices import PUBLIC
from tests.infrastructure.calendars.cloud.hands import Hand, hand_of

POLL = "SELECT count(*) FROM account_states WHERE NOT wake AND next_at > now() + interval '9 min'"
TAKEN = {"google": 204, "microsoft": 202}
"""The answer to a notice that counts; at Microsoft's hook, to any."""

LIVE = "SELECT count(*) FROM calendar_channels WHERE expires_at > now()"


@pytest.fixture(params=["google", "microsoft"])
def hand(request: pytest.FixtureRequest) -> Iterator[Hand]:
    with hand_of(request.param) as one:
        yield one


@pytest.fixture
def synced(database: Callable[[], str], hand: Hand) -> Iterator[Service]:
    kind = hand.provider().kind
    settings: dict[str, Any] = {
        "accounts_allow_private": True,
        "public_url": PUBLIC,
        f"{kind}_client_id": "client",
        f"{kind}_client_secret": "secret",
        f"{kind}_url": hand.double.origin,
    }
    with running(database(), sync=True, **settings) as one:
        hand.double.notices.kith = one.url
        yield one


def count(service: Service, sql: str) -> int:
    row = service._look.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def test_a_change_is_in_kith_soon_after_its_notice_and_long_before_a_poll(
    synced: Service, hand: Hand, tenant: str
):
    client, kind, double = synced.client(tenant=tenant), hand.provider().kind, hand.double
    account = f"/api/accounts/{connect(client, double, kind)}"
    until(lambda: done(client.get(account))["state"] == "active")
    contact = done(client.post("/api/contacts", json={"name": "Ann"}), 201)["id"]
    body = {"contactId": contact, "scheduledDateTime": SOON.isoformat(), "purpose": "Lunch"}
    meeting = f"/api/meetings/{done(client.post('/api/meetings', json=body), 201)['id']}"
    until(lambda: count(synced, "SELECT count(*) FROM calendar_links") == 1)
    (event,) = double.events[hand.calendar]
    until(lambda: count(synced, POLL) == 1)
    assert (len(double.channels), count(synced, LIVE)) == (1, 1)
    hand.change(event, start=SOON + HOUR)
    moved = (SOON + HOUR).isoformat().replace("+00:00", "Z")
    until(lambda: done(client.get(meeting))["scheduledDateTime"] == moved)
    until(lambda: count(synced, POLL) == 1)
    assert set(double.notices.answers) == {TAKEN[kind]}
    assert done(client.post(f"{account}/pause"), 202)["state"] == "paused"
    until(lambda: not double.channels)
    assert count(synced, "SELECT count(*) FROM calendar_channels") == 0
    done(client.post(f"{account}/resume"), 202)
    until(lambda: count(synced, LIVE) == 1)


def test_a_late_notice_of_a_channel_that_has_ended_wakes_nobody(
    synced: Service, hand: Hand, tenant: str
):
    client, kind, double = synced.client(tenant=tenant), hand.provider().kind, hand.double
    account = f"/api/accounts/{connect(client, double, kind)}"
    until(lambda: count(synced, POLL) == 1)
    double.notices.late = True
    hand.add()
    assert client.delete(account).status_code == 204
    until(lambda: count(synced, "SELECT count(*) FROM calendar_channels") == 0)
    double.notices.answers.clear()
    double.notices.send_held()
    assert double.notices.answers == [404 if kind == "google" else TAKEN[kind]]
