"""A client that vanishes while it is answered is no error; anything else that goes wrong is."""

import asyncio
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from starlette.types import Receive, Scope, Send

from api.http.connection import TRANSPORT
from api.http.front import Front
from infrastructure.metrics import Metrics
from tests.api.running import Service
from tests.api.streaming import eventually

GONE = RuntimeError("unable to perform operation on <TCPTransport closed=True>; closed")


async def answering(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def failing(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("a mistake of ours")


def exchange(app: Any, *, closing: bool, error: Exception | None) -> None:
    transport = SimpleNamespace(is_closing=lambda: closing)
    scope = {"type": "http", "method": "GET", "headers": [], TRANSPORT: transport}

    async def send(_: Any) -> None:
        if error is not None:
            raise error

    async def receive() -> Any:
        raise AssertionError

    services: Any = SimpleNamespace(metrics=Metrics())
    asyncio.run(Front(app, services)(scope, receive, send))


@pytest.mark.parametrize(
    ("app", "closing", "error", "logged"),
    [
        (answering, True, GONE, 0),
        (answering, False, GONE, 1),
        (answering, True, ValueError("not of the connection"), 1),
        (failing, True, None, 1),
        (failing, False, None, 1),
        (answering, False, None, 0),
    ],
)
def test_a_broken_connection_alone_is_not_logged(caplog, app, closing, error, logged):
    with caplog.at_level(logging.WARNING):
        exchange(app, closing=closing, error=error)
    assert len(caplog.records) == logged


LIVE = b"GET /health/live HTTP/1.1\r\nHost: kith\r\n\r\n"


def vanish(service: Service, requests: bytes, before: Callable[[], object]) -> None:
    """Send the requests, and reset the connection."""
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port)) as client:
        client.sendall(requests)
        before()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_an_answer_nobody_waits_for_is_not_logged(service, caplog, monkeypatch):
    check, asked, answered = service.services.readiness.check, threading.Event(), threading.Event()

    async def slowly() -> None:
        asked.set()
        await asyncio.sleep(0.3)
        answered.set()
        await check()

    monkeypatch.setattr(service.services.readiness, "check", slowly)
    with caplog.at_level(logging.WARNING):
        ready = b"GET /health/ready HTTP/1.1\r\nHost: kith\r\n\r\n"
        # The request behind it keeps the server from seeing the end of the connection.
        vanish(service, ready + LIVE, lambda: asked.wait(60))
        assert answered.wait(60)
        time.sleep(0.1)
    assert caplog.records == []


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"


@pytest.mark.parametrize("path", ["/api/interactions", "/api/contacts?search=ann"])
def test_a_query_ends_with_the_client_that_asked(service, tenant, caplog, path):
    token = service.token(tenant=tenant).encode()
    head = f"GET {path} HTTP/1.1\r\nHost: kith\r\nAuthorization: Bearer ".encode()
    with (
        psycopg.connect(service.conninfo) as other,
        psycopg.connect(service.conninfo, autocommit=True) as look,
        caplog.at_level(logging.WARNING),
    ):
        other.execute("LOCK TABLE timeline, contacts IN ACCESS EXCLUSIVE MODE")

        def waiting(expected: int) -> Callable[[], bool]:
            return lambda: look.execute(WAITING, ("%FROM%",)).fetchone() == (expected,)

        vanish(service, head + token + b"\r\n\r\n", lambda: eventually(waiting(1)))
        eventually(waiting(0))
    assert caplog.records == []
    assert service.client(tenant=tenant).get(path).status_code == 200
