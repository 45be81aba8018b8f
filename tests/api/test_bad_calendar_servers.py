"""An account at each bad server: each is a problem of its own, and nothing else suffers."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from infrastructure.outside import client as outside
from tests.api.connected import new_account, without_services
from tests.api.running import Service, running
from tests.certificates import certificate
from tests.infrastructure.calendars.bad_servers import BAD, LATE
from tests.infrastructure.calendars.double import Double, misbehaving
from tests.infrastructure.outside.raw import once, sending
from tests.infrastructure.outside.raw import tls as serving

EXCHANGE = 5.0
"""Seconds that a server has for an answer."""

SOON = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
UNKNOWN = "The server's certificate comes from an authority that isn't known."
NO_ONE = "The server takes no connections at this address."
SECONDS_TO_PUSH, SECONDS_TO_ANSWER = 60.0, 30.0
"""No test fails because the machine is busy."""

SECONDS_TO_FAIL = 300.0


@pytest.fixture
def synced(database: Callable[[], str], monkeypatch) -> Iterator[Service]:
    monkeypatch.setattr(outside, "EXCHANGE", EXCHANGE)
    with running(database(), sync=True, accounts_allow_private=True) as one:
        yield one


@pytest.fixture
def bad() -> Iterator[dict[str, tuple[str, str]]]:
    """The address of each bad server, and the sentence about it."""
    with ExitStack() as stack:
        found = {}
        for name, (sends, said) in BAD.items():
            server = stack.enter_context(sending(sends))
            found[name] = f"http://127.0.0.1:{server.port}/", said
        tls = stack.enter_context(sending(once(), serving(*certificate("127.0.0.1"))))
        found["a certificate of its own"] = f"https://127.0.0.1:{tls.port}/", UNKNOWN
        with sending(once()) as closed:
            found["nobody"] = f"http://127.0.0.1:{closed.port}/", NO_ONE
        yield found


def test_an_account_at_each_bad_server_has_its_problem_and_nothing_else_suffers(
    synced: Service, bad: dict[str, tuple[str, str]]
):
    mine, theirs = synced.client(user="5"), synced.client(user="6")
    with misbehaving() as good:
        new_account(mine, url=good.url)
        body = {"name": "Ann Lee", "email": "ann@example.com"}
        contact = mine.post("/api/contacts", json=body).json()["id"]
        without_services(synced)  # they turn bad once they are connected
        accounts = {
            name: new_account(theirs, url=address)["id"] for name, (address, _) in bad.items()
        }
        pushed, answered = [], []
        until = time.monotonic() + SECONDS_TO_FAIL
        while not all(_failed(theirs, each) for each in accounts.values()):
            assert time.monotonic() < until
            pushed.append(_seconds_to_push(mine, contact, good))
            answered.append(_seconds_to_answer(theirs))
        pushed.append(_seconds_to_push(mine, contact, good))
    for name, account in accounts.items():
        (problem,) = _problems(theirs, account)
        assert problem["code"] == "unreachable"
        assert problem["detail"] in (bad[name][1], LATE), name
        shown = theirs.get(f"/api/accounts/{account}").json()
        assert shown["failingSince"] is not None
        assert shown["state"] == "connecting"
    assert max(pushed) < SECONDS_TO_PUSH
    assert max(answered) < SECONDS_TO_ANSWER
    assert _states(mine) == ["active"]


def _failed(client: httpx.Client, account: str) -> bool:
    return bool(_problems(client, account))


def _problems(client: httpx.Client, account: str) -> list[dict[str, Any]]:
    return list(client.get(f"/api/accounts/{account}/problems").json()["items"])


def _states(client: httpx.Client) -> list[str]:
    """The states of the user's accounts; none of them has a problem."""
    accounts = client.get("/api/accounts").json()["items"]
    assert not any(_problems(client, each["id"]) for each in accounts)
    return [each["state"] for each in accounts]


def _seconds_to_push(client: httpx.Client, contact: str, good: Double) -> float:
    begun = time.monotonic()
    body = {"contactId": contact, "scheduledDateTime": SOON.isoformat(), "purpose": "Lunch"}
    meeting = client.post("/api/meetings", json=body).json()["id"]
    while not any(meeting in path for path in list(good.objects)):
        assert time.monotonic() < begun + SECONDS_TO_PUSH
        time.sleep(0.02)
    return time.monotonic() - begun


def _seconds_to_answer(client: httpx.Client) -> float:
    begun = time.monotonic()
    assert client.get("/api/contacts").status_code == 200
    assert client.get("/health/ready").status_code == 200
    return time.monotonic() - begun
