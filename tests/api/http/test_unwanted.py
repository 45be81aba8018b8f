"""A body after its answer, a body in tiny chunks, and what waits in line are bounded."""

import asyncio
import gc
import json
import socket
import weakref
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from api.http import ahead, connection
from api.http.ahead import AHEAD_BYTES, AHEAD_FIELDS
from api.http.connection import CHUNK_BYTES, CHUNKS, Connection
from tests.api.running import Service
from tests.api.streaming import all_gone, eventually, opened

POST = b"POST /api/contacts HTTP/1.1\r\nHost: kith\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LIVE = b"GET /health/live HTTP/1.1\r\nHost: kith\r\n"
READY = b"GET /health/ready HTTP/1.1\r\nHost: kith\r\n\r\n"
STREAM = b"GET /api/events/stream HTTP/1.1\r\nHost: kith\r\nAuthorization: Bearer %s\r\n\r\n"
NEVER = 1 << 60
MOST = 40_000_000
"""Bytes that a client sends at most; the buffers of the kernel take some megabytes of them."""


@pytest.fixture
def client(service: Service) -> Iterator[socket.socket]:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as one:
        yield one


@pytest.fixture
def authorized(service: Service, tenant: str) -> bytes:
    return POST + b"Authorization: Bearer %s\r\n" % service.token(tenant=tenant).encode()


def sent(client: socket.socket, piece: bytes) -> int:
    """Bytes of repeated `piece` that the server took before it hung up."""
    taken, block = 0, piece * max(1, 100_000 // len(piece))
    with suppress(ConnectionError):
        while taken < MOST:
            client.sendall(block)
            taken += len(block)
    return taken


def answers(client: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionError):
        while piece := client.recv(65_536):
            received += piece
    return received


def refused(client: socket.socket) -> None:
    assert client.recv(65_536).startswith(b"HTTP/1.1 401 ")


BODIES = {
    "chunks": (CHUNKED, b"%x\r\n%s\r\n" % (60_000, b"x" * 60_000)),
    "tiny chunks": (CHUNKED, b"1\r\na\r\n"),
    "length": (b"Content-Length: 100000000000\r\n\r\n", b"x" * 100_000),
}


@pytest.mark.parametrize("body", BODIES)
def test_a_body_after_its_answer_has_a_bound(client, body):
    rest, piece = BODIES[body]
    client.sendall(POST + rest)
    refused(client)
    assert sent(client, piece) < MOST


@pytest.mark.parametrize("body", BODIES)
def test_a_mutant_without_the_bounds_takes_every_byte_after_the_answer(client, monkeypatch, body):
    monkeypatch.setattr(connection, "UNWANTED_BYTES", NEVER)
    monkeypatch.setattr(connection, "CHUNKS", NEVER)
    rest, piece = BODIES[body]
    client.sendall(POST + rest)
    refused(client)
    monkeypatch.setattr("tests.api.http.test_unwanted.MOST", 10_000_000)
    assert sent(client, piece) >= 10_000_000


def test_a_whole_body_after_its_answer_leaves_the_connection_open(client):
    client.sendall(POST + b"Content-Length: 1048576\r\n\r\n")
    refused(client)
    client.sendall(b"x" * 1_048_576 + LIVE + b"Connection: close\r\n\r\n")
    assert answers(client).startswith(b"HTTP/1.1 200 ")


def in_chunks(size: int, number: int) -> bytes:
    """An empty object, and spaces in chunks of this size: `number` chunks, and the last."""
    start, spaces = b"{}".ljust(size), b" " * size
    chunks = (start, *[spaces] * (number - 1))
    return b"".join(b"%x\r\n%s\r\n" % (size, each) for each in chunks) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("size", "number", "code"),
    [
        (2, CHUNKS - 1, "invalid"),
        (2, CHUNKS, "too_many_chunks"),
        (CHUNK_BYTES, CHUNKS + 9, "too_large"),
    ],
)
def test_many_chunks_have_an_average_of_bytes(client, authorized, size, number, code):
    client.sendall(authorized + CHUNKED)
    with suppress(ConnectionError):
        client.sendall(in_chunks(size, number))
        client.shutdown(socket.SHUT_WR)
    _, _, body = answers(client).partition(b"\r\n\r\n")
    found = json.loads(body)["code"]
    assert (found == "too_many_chunks") == (code == "too_many_chunks"), body


def test_the_chunks_of_waiting_bodies_count_together(client, authorized):
    half = authorized + CHUNKED + in_chunks(2, CHUNKS // 2)
    with suppress(ConnectionError):
        client.sendall(READY + half * 8)
        client.shutdown(socket.SHUT_WR)
    assert answers(client).count(b"HTTP/1.1 ") < 9


def test_a_mutant_without_the_bound_takes_any_number_of_chunks(client, authorized, monkeypatch):
    monkeypatch.setattr(connection, "CHUNKS", NEVER)
    client.sendall(authorized + CHUNKED + in_chunks(2, CHUNKS))
    client.shutdown(socket.SHUT_WR)
    assert b"too_many_chunks" not in answers(client)


WAITING = {
    "fields": LIVE + b"a:\r\n" * (AHEAD_FIELDS // 3) + b"\r\n",
    "bytes": LIVE + b"a: %s\r\n\r\n" % (b"x" * (AHEAD_BYTES // 3)),
    "bodies": LIVE
    + b"Content-Length: %d\r\n\r\n%s" % (AHEAD_BYTES // 3, b"x" * (AHEAD_BYTES // 3)),
}


@pytest.mark.parametrize("waiting", WAITING)
def test_requests_that_wait_have_a_bound_of_fields_and_of_bytes(client, waiting):
    client.sendall(READY + WAITING[waiting] * 5)
    client.shutdown(socket.SHUT_WR)
    assert answers(client).count(b" 200 OK") < 6


@pytest.mark.parametrize("waiting", WAITING)
def test_requests_within_the_bounds_are_answered_in_turn(client, waiting):
    client.sendall(READY + WAITING[waiting] * 2 + LIVE + b"Connection: close\r\n\r\n")
    assert answers(client).count(b" 200 OK") == 4


@pytest.mark.parametrize("waiting", WAITING)
def test_a_mutant_without_these_bounds_keeps_any_number_of_fields_and_bytes(
    client, monkeypatch, waiting
):
    monkeypatch.setattr(ahead, "AHEAD_FIELDS", NEVER)
    monkeypatch.setattr(ahead, "AHEAD_BYTES", NEVER)
    client.sendall(READY + WAITING[waiting] * 5 + LIVE + b"Connection: close\r\n\r\n")
    assert answers(client).count(b" 200 OK") == 7


@pytest.mark.parametrize("before", [True, False], ids=["sent at once", "sent later"])
def test_a_connection_that_asks_behind_an_event_stream_is_closed(service, tenant, client, before):
    all_gone(service)
    asked = STREAM % service.token(tenant=tenant).encode()
    if before:
        client.sendall(asked + LIVE + b"\r\n")
    else:
        client.sendall(asked)
        eventually(lambda: opened(service) == 1)
        client.sendall(LIVE + b"\r\n")
    assert b'"live"' not in answers(client)
    all_gone(service)


def test_a_mutant_that_lets_requests_wait_behind_an_event_stream_keeps_the_connection(
    service, tenant, client, monkeypatch
):
    monkeypatch.setattr(Connection, "answers_without_end", lambda _: None)
    client.sendall(STREAM % service.token(tenant=tenant).encode())
    client.recv(65_536)
    client.sendall(LIVE + b"\r\n")
    client.settimeout(1)
    with pytest.raises(TimeoutError):
        answers(client)
    # Nothing is read while requests wait, so that the end of this one would be noticed late.
    service.loop.call_soon_threadsafe(service.services.streams._cut_all)
    all_gone(service)


def test_a_closed_connection_keeps_nothing_that_waited(service, client, monkeypatch):
    queued: list[weakref.ref[object]] = []
    lost = Connection.connection_lost

    def look(self: Connection, error: Exception | None) -> None:
        queued.extend(weakref.ref(request) for request, _ in self.pipeline)
        lost(self, error)

    monkeypatch.setattr(Connection, "connection_lost", look)
    enough = asyncio.Event()
    check = service.services.readiness.check

    async def slowly() -> None:
        await enough.wait()
        await check()

    monkeypatch.setattr(service.services.readiness, "check", slowly)
    gc.disable()
    try:
        client.sendall(READY + (LIVE + b"\r\n") * 40)
        answers(client)
        eventually(lambda: bool(queued))
        service.loop.call_soon_threadsafe(enough.set)
        eventually(lambda: all(each() is None for each in queued))
    finally:
        gc.enable()
        service.loop.call_soon_threadsafe(enough.set)
