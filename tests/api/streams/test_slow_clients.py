"""A client that doesn't read what it asked for: it is cut in time, and harms nobody meanwhile."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.api.contracts.tracking import office
from tests.api.running import Service, running
from tests.api.streaming import STREAM, all_gone, events, eventually, listening, opened

LARGE = "x" * 100_000
MEGABYTES = 8
"""More than sockets hold on to by themselves."""


@contextmanager
def not_reading(service: Service, tenant: str) -> Iterator[socket.socket]:
    """A client that follows everything from the beginning, and never looks at it."""
    address = urlsplit(service.url)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((address.hostname, address.port))
        request = (
            f"GET {STREAM}?after=0 HTTP/1.1\r\nHost: kith\r\n"
            f"Authorization: Bearer {service.token(tenant=tenant)}\r\n\r\n"
        )
        client.sendall(request.encode())
        yield client


@pytest.fixture
def patience(service: Service, monkeypatch: pytest.MonkeyPatch) -> float:
    seconds = 3.0
    monkeypatch.setattr(service.services.streams.source, "patience", seconds)
    return seconds


def test_a_client_that_stops_reading_is_cut_and_others_stay_quick(
    service: Service, tenant: str, patience: float
):
    client = service.client(tenant=tenant)
    contact = office.add(client)
    for _ in range(MEGABYTES * 10):
        office.log(client, contact, notes=LARGE)
    all_gone(service)
    with not_reading(service, tenant) as slow, listening(client) as response:
        stream = events(response)
        eventually(lambda: opened(service) == 2)
        told = 0
        until = time.monotonic() + 20 * patience
        while opened(service) == 2:
            office.log(client, contact, notes="quick")
            assert next(stream).data["data"]["record"]["said"]["notes"] == "quick"
            told += 1
            assert time.monotonic() < until
        assert told > 3  # who waited for the slow one would be told one, or none
        assert opened(service) == 1
        slow.settimeout(60)
        received = b"".join(iter(lambda: slow.recv(65_536), b""))
        assert 0 < len(received) < MEGABYTES * 1_000_000
        assert not received.endswith(b"0\r\n\r\n"), "it was told that this is all"


def test_a_stopping_service_waits_for_no_client_that_doesnt_read(
    database: Callable[[], str], tenant: str
):
    with running(database()) as service:
        client = service.client(tenant=tenant)
        contact = office.add(client)
        for _ in range(MEGABYTES * 10):
            office.log(client, contact, notes=LARGE)
        service.services.streams.source.patience = 600
        with not_reading(service, tenant):
            eventually(lambda: opened(service) == 1)
            time.sleep(0.5)
            service.loop.call_soon_threadsafe(service.services.streams.stop)
            eventually(lambda: opened(service) == 0)


def test_a_client_with_nothing_to_read_may_stay_idle(
    service: Service, tenant: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(service.services.streams.source, "patience", 0.5)
    all_gone(service)
    with not_reading(service, tenant):
        eventually(lambda: opened(service) == 1)
        time.sleep(1)
        assert opened(service) == 1
    all_gone(service)
