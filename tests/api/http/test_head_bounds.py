"""The bounds of a head: its bytes, its fields, the heads of chunks, the trailers."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from api.composition import Application
from api.http import ahead, connection, server
from api.http.ahead import PIPELINED
from api.http.connection import HEAD_BYTES, HEADERS
from tests.api.running import Service

GET = b"GET /health/live HTTP/1.1\r\nHost: kith\r\n"
CHUNKED = b"POST /api/contacts HTTP/1.1\r\nHost: kith\r\nAuthorization: Bearer %s\r\n"
CHUNKED += b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTES = 50


@pytest.fixture
def client(service: Service) -> Iterator[socket.socket]:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as one:
        yield one


def sent(client: socket.socket, piece: bytes) -> int:
    """Bytes of repeated `piece` that the server took before it hung up, at most MEGABYTES."""
    taken, block = 0, piece * (100_000 // len(piece))
    while taken < MEGABYTES * 1_000_000:
        try:
            client.sendall(block)
        except ConnectionError:
            break
        taken += len(block)
    return taken


def answers(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65_536):
        received += piece
    return received


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b"\r\n"),
        (b"GET /", b"x"),
        (GET + b"X: ", b"x"),
        (GET + b"X", b"x"),
        (GET, b"a: b\r\n"),
    ],
    ids=["empty lines", "target", "value", "name", "fields"],
)
def test_a_head_without_end_is_cut_off(service, client, start, piece):
    client.sendall(start)
    # The kernel's buffers at both ends take some megabytes of their own.
    assert sent(client, piece) < MEGABYTES * 1_000_000 / 2
    assert service.anonymous().get("/health/live").status_code == 200


def test_a_mutant_without_the_bound_takes_every_byte(client, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_BYTES", 1 << 30)
    assert sent(client, b"\r\n") >= MEGABYTES * 1_000_000


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        (b"X: " + b"x" * (HEAD_BYTES - len(GET) - 7) + b"\r\n\r\n", 200),
        (b"X: " + b"x" * HEAD_BYTES + b"\r\n\r\n", 431),
        (b"a: b\r\n" * (HEADERS - 1) + b"\r\n", 200),
        (b"a: b\r\n" * HEADERS + b"\r\n", 431),
        (b"a: b\r\n" * HEADERS + b"Content-Length: 3\r\n\r\nabc", 431),
    ],
    ids=["whole", "too long", "all fields", "too many", "too many and a body"],
)
def test_a_head_has_a_bound_of_bytes_and_of_fields(client, rest, status):
    client.sendall(GET + rest)
    client.shutdown(socket.SHUT_WR)
    head, _, body = answers(client).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    if status == 431:
        assert b"connection: close" in head
        assert b"application/problem+json" in head
        assert json.loads(body)["code"] == "head_too_large"


@pytest.mark.parametrize(
    ("start", "piece"),
    [(b"2\r\n{}\r\n0\r\n", b"a: b\r\n"), (b"2\r\n{}\r\n0\r\nX: ", b"x"), (b"2;x=", b"x")],
    ids=["trailers", "trailer", "chunk extension"],
)
def test_bytes_between_the_pieces_of_a_body_are_bounded(service, tenant, client, start, piece):
    client.sendall(CHUNKED % service.token(tenant=tenant).encode() + start)
    assert sent(client, piece) < MEGABYTES * 1_000_000 / 2
    assert service.count_events(tenant) == 0


def test_a_refusal_never_stands_inside_an_earlier_answer(service, tenant, client):
    token = service.token(tenant=tenant).encode()
    stream = b"GET /api/events/stream HTTP/1.1\r\nHost: kith\r\nAuthorization: Bearer %s\r\n\r\n"
    client.sendall(stream % token)
    received = client.recv(65_536)
    client.sendall(GET + b"X: " + b"x" * 2 * HEAD_BYTES)
    assert b" 431 " not in received + answers(client)


def test_requests_ahead_of_their_answers_have_a_bound(client):
    ask, last = GET + b"\r\n", GET + b"Connection: close\r\n\r\n"
    client.sendall(ask * PIPELINED + last)
    assert answers(client).count(b" 200 OK") == PIPELINED + 1


def test_a_connection_with_too_many_requests_ahead_is_closed(service, client):
    client.sendall((GET + b"\r\n") * 1000)
    assert answers(client).count(b" 200 OK") <= PIPELINED
    assert service.anonymous().get("/health/live").status_code == 200


def test_a_mutant_without_the_bound_answers_any_number_of_requests_ahead(client, monkeypatch):
    for bound in ("PIPELINED", "AHEAD_FIELDS", "AHEAD_BYTES"):
        monkeypatch.setattr(ahead, bound, 1 << 30)
    client.sendall((GET + b"\r\n") * 999 + GET + b"Connection: close\r\n\r\n")
    assert answers(client).count(b" 200 OK") == 1000


def test_the_client_closes_an_idle_connection_first(service):
    served = server.server_of(Application(service.services))
    assert served.config.timeout_keep_alive > 60
