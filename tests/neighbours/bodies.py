"""Bodies that come as far as their last byte and no further, and bodies of too many values."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import httpx

from tests.neighbours.attacking import Target

CONNECTIONS = 600
LENGTH = 1_000_000
POST = b"POST /api/contacts HTTP/1.1\r\nHost: kith\r\nContent-Length: %d\r\n" % LENGTH
AT_ONCE = 16


def unfinished(target: Target, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    body = b'{"name": "' + b"a" * (LENGTH - 20)
    with ExitStack() as opened:
        for _ in range(CONNECTIONS):
            client = socket.create_connection(("127.0.0.1", target.port), timeout=5)
            opened.enter_context(client)
            with suppress(OSError):
                client.sendall(POST + target.authorization + b"\r\n" + body)
        time.sleep(max(0.0, deadline - time.monotonic()))


def many_values(target: Target, seconds: float) -> None:
    """Each body has as many objects as fit into it."""
    body = b'{"name": [' + b"{}," * (LENGTH // 3) + b"0]}"
    _rush(target, seconds, lambda client: client.post("/api/contacts", content=body))


def misspelt_tags(target: Target, seconds: float) -> None:
    """The name of each parameter is almost that of the tags, after thousands of spaces."""
    name = "tags" + "+" * 8_000 + "x"
    _rush(target, seconds, lambda client: client.post(f"/api/contacts?{name}=a", json={}))


def _rush(target: Target, seconds: float, strike: Callable[[httpx.Client], object]) -> None:
    deadline = time.monotonic() + seconds

    def go_on(_: int) -> None:
        with target.client() as client:
            while time.monotonic() < deadline:
                with suppress(httpx.TransportError):
                    strike(client)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(go_on, range(AT_ONCE)))
