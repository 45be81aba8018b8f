"""A request has a time to arrive in. What takes its time here are clients, over plain sockets.

How long that is, is counted in looks at the connection: most tests look when they choose.
"""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.http.connection import LOOKS, Connection
from tests.api.contracts.tracking import office
from tests.api.examples import each_contract
from tests.api.hostile import FORMS
from tests.api.http.conftest import Looks
from tests.api.running import Service
from tests.api.streaming import frames, listening, until

ARRIVAL = 0.3
LATEST = ARRIVAL * (1 + 1 / LOOKS)

BODY = b'{"name": "Ann"}'
HEAD = b"POST /api/contacts HTTP/1.1\r\nHost: kith\r\nAuthorization: Bearer %s\r\n"
LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
WRITES = {
    "tracking": "/api/contacts",
    "sites": "/api/interactions",
    "clients": "/api/clients/1/interactions",
    "relationships": "/contacts/1/interactions",
    "rapport": "/api/v1/interactions/",
}
"""An address of each contract that takes a body."""

Connect = Callable[[], socket.socket]


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "arrival", ARRIVAL)


@pytest.fixture
def connect(service: Service) -> Iterator[Connect]:
    address = urlsplit(service.url)
    opened: list[socket.socket] = []

    def one() -> socket.socket:
        opened.append(socket.create_connection((address.hostname, address.port), timeout=60))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


@pytest.fixture
def head(service: Service, tenant: str) -> bytes:
    return HEAD % service.token(tenant=tenant).encode()


def rest(client: socket.socket, trickle: bytes = b"") -> bytes:
    """All that comes until the server hangs up. Meanwhile the client goes on sending, slowly, and
    for longer than any request has."""
    received = b""
    client.settimeout(0.05)
    for _ in range(1_000):
        try:
            piece = client.recv(65_536)
        except TimeoutError:
            with suppress(ConnectionError):
                client.send(trickle[:1])
                trickle = trickle[1:]
            continue
        except ConnectionError:
            piece = b""
        if not piece:
            return received
        received += piece
    raise AssertionError("it is still connected")


def answer(client: socket.socket) -> bytes:
    """The next answer's head, and what of its body came with it."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = client.recv(65_536)
        assert piece, "hung up without an answer"
        received += piece
    return received


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize(
    ("sent", "trickle"),
    [
        (b"", b""),
        (b"", b"\r\n" * 500),  # may stand before a request
        (b"P", b"OST /" + b"x" * 999),
        (b"GET /health/live HTTP/1.1\r\nHost: ki", b""),
        (b"GET /health/live HTTP/1.1\r\nHost: ki", b"x" * 999),
    ],
)
def test_a_client_that_sends_no_request_is_disconnected(
    connect: Connect, sent: bytes, trickle: bytes
):
    client = connect()
    client.sendall(sent)
    assert rest(client, trickle) == b""


@pytest.mark.parametrize("body", [b"", BODY[:5]])
@pytest.mark.parametrize("trickle", [b"", b"x" * 999], ids=["silent", "trickling"])
def test_a_body_that_doesnt_come_is_408(
    service: Service,
    tenant: str,
    connect: Connect,
    looks: Looks,
    head: bytes,
    body: bytes,
    trickle: bytes,
):
    client = connect()
    client.sendall(head + b"Content-Length: 1000\r\n\r\n" + body)
    looks.until_a_body_is_awaited()
    for number in range(looks.ENOUGH):
        client.sendall(trickle[number : number + 1])
        looks.look()
    received = rest(client, trickle[looks.ENOUGH :])
    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close\r\n" in received
    assert b'"code":"too_slow"' in received
    assert service.count_events(tenant) == 0


def test_a_chunked_body_without_an_end_is_408(connect: Connect, looks: Looks, head: bytes):
    client = connect()
    client.sendall(head + CHUNKED + b"5\r\n" + BODY[:5] + b"\r\n")
    looks.until_a_body_is_awaited()
    looks.look(looks.ENOUGH)
    assert rest(client).startswith(b"HTTP/1.1 408 ")


@each_contract
def test_408_is_in_the_contracts_form(
    service: Service, tenant: str, contract: Any, connect: Connect, looks: Looks
):
    token = service.token(tenant=tenant, contract=contract.name)
    client = connect()
    client.sendall(
        f"POST {contract.base}{WRITES[contract.name]} HTTP/1.1\r\nHost: kith\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: 99\r\n\r\n".encode()
    )
    looks.until_a_body_is_awaited()
    looks.look(looks.ENOUGH)
    received = rest(client)
    assert received.startswith(b"HTTP/1.1 408 "), received
    assert set(json.loads(received.partition(b"\r\n\r\n")[2])) == FORMS[contract.name]


def test_a_slow_body_that_comes_in_time_is_taken(connect: Connect, looks: Looks, head: bytes):
    client = connect()
    client.sendall(head + LENGTH)
    looks.until_a_body_is_awaited()
    for number in range(LOOKS):
        client.sendall(BODY[number : number + 1])
        looks.look()
    client.sendall(BODY[LOOKS:])
    assert answer(client).startswith(b"HTTP/1.1 201 ")


def test_a_connection_in_use_stays_open_for_longer_than_a_request_has(
    connect: Connect, looks: Looks, head: bytes
):
    client = connect()
    for _ in range(2 * looks.ENOUGH):
        client.sendall(head + LENGTH)
        looks.until_a_body_is_awaited()
        looks.look()
        client.sendall(BODY)
        assert answer(client).startswith(b"HTTP/1.1 201 ")
        looks.look()


def test_an_answer_may_take_longer_than_a_request_and_so_may_the_next_in_line(
    service: Service,
    connect: Connect,
    looks: Looks,
    head: bytes,
    monkeypatch: pytest.MonkeyPatch,
):
    check, asked, enough = service.services.readiness.check, threading.Event(), asyncio.Event()

    async def slowly() -> None:
        asked.set()
        await enough.wait()
        await check()

    monkeypatch.setattr(service.services.readiness, "check", slowly)
    client = connect()
    ask = b"GET /health/ready HTTP/1.1\r\nHost: kith\r\n\r\n"
    client.sendall(ask + head + LENGTH + BODY[:5])
    assert asked.wait(60)
    looks.look(2 * looks.ENOUGH)
    service.loop.call_soon_threadsafe(enough.set)
    assert answer(client).startswith(b"HTTP/1.1 200 ")
    client.sendall(BODY[5:])
    assert answer(client).startswith(b"HTTP/1.1 201 ")


def test_an_idle_connection_stays_open_for_longer_than_a_request_has(
    connect: Connect, looks: Looks
):
    client = connect()
    for times in (2 * looks.ENOUGH, 0):
        client.sendall(b"GET /health/live HTTP/1.1\r\nHost: kith\r\n\r\n")
        assert answer(client).startswith(b"HTTP/1.1 200 ")
        looks.look(times)


def test_an_event_stream_stays_open(service: Service, tenant: str, looks: Looks):
    client = service.client(tenant=tenant)
    contact = office.add(client)
    with listening(client) as response:
        stream = frames(response)
        until(stream, "caught up")
        looks.look(2 * looks.ENOUGH)
        office.log(client, contact, notes="after all this time")
        told = next(frame for frame in stream if frame.data)
        assert told.data["data"]["record"]["said"]["notes"] == "after all this time"


def test_a_client_answered_early_cant_stay_by_sending_its_body(connect: Connect, looks: Looks):
    client = connect()
    client.sendall(b"POST /api/contacts HTTP/1.1\r\nHost: kith\r\nContent-Length: 999999\r\n\r\n")
    assert answer(client).startswith(b"HTTP/1.1 401 ")
    for _ in range(looks.ENOUGH):
        client.sendall(b"x")
        looks.look()
    rest(client, b"x" * 10_000)


@pytest.mark.usefixtures("hurry")
def test_a_mutant_that_doesnt_look_keeps_the_client(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Connection, "_look_later", lambda _: None)
    client = connect()
    client.settimeout(2 * LATEST)
    with pytest.raises(TimeoutError):
        client.recv(1)
