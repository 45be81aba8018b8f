"""A client that takes nothing of its answer is cut in time; one that reads slowly isn't."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.http.connection import Connection
from tests.api.contracts.tracking import office
from tests.api.http.conftest import Looks
from tests.api.running import Service
from tests.api.streaming import eventually

LARGE = "x" * 100_000
RECORDS = 80
"""The number of LARGE notes: more than sockets hold by themselves."""

END = b"\r\n0\r\n\r\n"


@pytest.fixture
def ask(service: Service, tenant: str) -> bytes:
    """The request for a page of 8 MB."""
    client = service.client(tenant=tenant)
    contact = office.add(client)
    for _ in range(RECORDS):
        office.log(client, contact, notes=LARGE)
    return (
        "GET /api/interactions?pageSize=100 HTTP/1.1\r\nHost: kith\r\n"
        f"Authorization: Bearer {service.token(tenant=tenant)}\r\n\r\n"
    ).encode()


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """The connections that have ended."""
    ended: list[Connection] = []
    connection_lost = Connection.connection_lost

    def noted(self: Connection, exc: Exception | None) -> None:
        ended.append(self)
        connection_lost(self, exc)

    monkeypatch.setattr(Connection, "connection_lost", noted)
    return ended


@contextmanager
def asking(service: Service, request: bytes, buffer: int = 4096) -> Iterator[socket.socket]:
    address = urlsplit(service.url)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.settimeout(60)
        client.connect((address.hostname, address.port))
        client.sendall(request)
        yield client


def rest(client: socket.socket) -> bytes:
    received = b""
    try:
        while piece := client.recv(1_000_000):
            received += piece
            if received.endswith(END):
                break
    except ConnectionError:
        pass
    return received


def test_a_client_that_reads_nothing_is_cut(
    service: Service, ask: bytes, looks: Looks, lost: list[Any]
):
    with asking(service, ask) as client:

        def cut() -> bool:
            looks.look()
            return bool(lost)

        eventually(cut)
        received = rest(client)
    assert len(received) < RECORDS * len(LARGE)
    assert not received.endswith(END), "the client was told that this is all"


def test_a_slow_reader_gets_all_of_a_page(
    service: Service, ask: bytes, looks: Looks, lost: list[Any]
):
    received = b""
    with asking(service, ask, buffer=65_536) as client:
        for _ in range(4 * Looks.ENOUGH):
            wanted = len(received) + 100_000
            while len(received) < wanted:
                received += client.recv(20_000)
            looks.look()
            assert not lost
        received += rest(client)
    assert received.endswith(END)
    assert received.count(LARGE.encode()) == RECORDS


def test_a_mutant_that_doesnt_look_at_answers_keeps_the_client(
    service: Service,
    ask: bytes,
    looks: Looks,
    lost: list[Any],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(Connection, "_is_unread", lambda _: False)
    with asking(service, ask):
        for _ in range(20):
            looks.look(Looks.ENOUGH)
        assert not lost
