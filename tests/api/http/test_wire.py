"""Requests that no decent client sends, over a plain socket."""

import logging
import socket
import time

import pytest

from tests.api.running import Service
from tests.api.streaming import eventually

CONTACT = b'{"name": "Ann"}'


class Wire:
    """One connection, with a token in its pocket."""

    def __init__(self, service: Service, tenant: str):
        host, port = service.url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)), timeout=60)
        self.headers = (
            f"Host: {host}\r\nAuthorization: Bearer {service.token(tenant=tenant)}\r\n".encode()
        )

    def send(self, first: bytes, more: bytes = b"", body: bytes = b"") -> None:
        self._socket.sendall(first + b" HTTP/1.1\r\n" + self.headers + more + b"\r\n" + body)

    def answer(self) -> tuple[int, bytes]:
        """Status and what follows it, as far as it came in one piece."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self._socket.recv(65536)
            assert piece, "hung up without an answer"
            received += piece
        return int(received.split()[1]), received

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def wire(service, tenant):
    one = Wire(service, tenant)
    yield one
    one.close()


def lives(service: Service) -> None:
    started = time.perf_counter()
    assert service.anonymous().get("/health/live").status_code == 200
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    "query", [b"a=1&" * 2_500_000, b"search=" + b"x" * 10_000_000, b"%" * 10**7]
)
def test_a_query_of_ten_megabytes_is_refused_at_once(service, wire, query):
    started = time.perf_counter()
    try:
        wire.send(b"GET /api/interactions?" + query)
    except ConnectionError:
        pass  # refused before it was through
    else:
        assert wire.answer()[0] in (400, 414)
    lives(service)
    assert time.perf_counter() - started < 50


@pytest.mark.parametrize(
    "length", [b"Content-Length: 50000000\r\n", b"Transfer-Encoding: chunked\r\n"]
)
def test_a_body_of_fifty_megabytes_is_refused_before_it_is_read(wire, service, tenant, length):
    start = b'{"name": "' + b"x" * 2_000_000
    if b"chunked" in length:
        start = b"%x\r\n" % len(start) + start + b"\r\n"
    wire.send(b"POST /api/contacts", length, start)
    assert wire.answer()[0] == 413
    assert service.count_events(tenant) == 0


def test_a_request_without_a_token_is_refused_before_its_body(wire):
    wire.headers = b"Host: x\r\n"
    wire.send(b"POST /api/contacts", b"Content-Length: 50000000\r\n")
    assert wire.answer()[0] == 401


def test_a_caller_who_hangs_up_is_no_error_and_has_no_effect(service, tenant, caplog):
    with caplog.at_level(logging.WARNING):
        for body in (b"", b'{"name":'):
            wire = Wire(service, tenant)
            wire.send(b"POST /api/contacts", b"Content-Length: 1000\r\n", body)
            time.sleep(0.05)
            wire.close()
        time.sleep(0.1)
        lives(service)
    assert caplog.records == []
    assert service.count_events(tenant) == 0


def test_a_caller_who_hangs_up_after_the_body_is_served_all_the_same(service, tenant, caplog):
    with caplog.at_level(logging.WARNING):
        wire = Wire(service, tenant)
        wire.send(b"POST /api/contacts", b"Content-Length: %d\r\n" % len(CONTACT), CONTACT)
        wire.close()
        eventually(lambda: service.count_events(tenant) > 0)
    assert caplog.records == []
    assert service.count_events(tenant) == 1


@pytest.mark.parametrize(
    ("line", "header"),
    [
        (b"POST /api/contacts", b"Content-Length: -5\r\n"),
        (b"POST /api/contacts", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
        (b"POST /api/contacts", b"Content-Length: 2\r\nContent-Length: 3\r\n"),
        (b"GET /api/con\x00tacts", b""),
        (b"GET /api/contacts?search=\x00", b""),
        (b"GET /api/contacts", b"X-A: a\x00b\r\n"),
        (b"FROBNICATE /api/contacts", b""),
        (b"GET", b""),
    ],
)
def test_a_malformed_request_is_400(service, wire, line, header):
    wire.send(line, header)
    assert wire.answer()[0] == 400
    lives(service)


@pytest.mark.parametrize(
    ("line", "header", "status", "words"),
    [
        (b"GARBAGE", b"", 400, {"Invalid HTTP request received."}),
        (b"GET /health/live", b"Connection: Upgrade\r\nUpgrade: websocket\r\n", 200, None),
    ],
)
def test_malformed_requests_are_logged_by_the_logger_that_omits_repeats(
    wire, caplog, line, header, status, words
):
    with caplog.at_level(logging.WARNING):
        wire.send(line, header)
        assert wire.answer()[0] == status
    assert {one.name for one in caplog.records} == {"uvicorn.error"}
    assert {one.levelname for one in caplog.records} == {"WARNING"}
    assert words is None or {one.getMessage() for one in caplog.records} == words


def test_the_first_of_two_tokens_counts_everywhere(wire):
    wire.headers = b"Host: x\r\nAuthorization: Bearer a.b.c\r\n" + wire.headers
    wire.send(b"GET /api/contacts")
    assert wire.answer()[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        b"{" + b",".join(b'"k%d":1' % n for n in range(90_000)) + b"}",
        b'{"' + b"k" * 1_000_000 + b'": 1}',
        b'{"name": "x", "tags": [' + b"1," * 300_000 + b"1]}",
        b'{"name": "' + b"\\n" * 500_000 + b'"}',
        b'{"name": "' + b"\\ud83d\\ude00" * 80_000 + b'"}',
        b"[" * 1_000_000,
        b"[]" * 500_000,
        b'{"a":' * 200_000,
        b'"' * 1_000_000,
        b"9" * 1_000_000,
        b'{"a":' + b"-0." + b"1" * 1_000_000 + b"}",
        b" " * 1_000_000,
    ],
    ids=range(12),
)
def test_no_body_within_the_limit_takes_long(service, tenant, body):
    client = service.client(tenant=tenant)
    client.get("/api/contacts")
    started = time.perf_counter()
    assert client.post("/api/contacts", content=body).status_code in (400, 422)
    assert time.perf_counter() - started < 20
