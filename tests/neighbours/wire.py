"""Requests ahead of their answers, and connections that only wait: neither needs a token."""

import socket
import time
from contextlib import ExitStack, suppress

from tests.neighbours.attacking import Target

PIPELINED = 100_000
CONNECTIONS = 60
ASK = b"GET /health/live HTTP/1.1\r\nHost: kith\r\n\r\n"


def pipelined(target: Target, seconds: float) -> None:
    """Many connections send requests by the thousand, and take no answer."""
    deadline, block = time.monotonic() + seconds, ASK * 5_000
    while time.monotonic() < deadline:
        with ExitStack() as opened:
            for _ in range(CONNECTIONS):
                client = socket.create_connection(("127.0.0.1", target.port), timeout=5)
                opened.enter_context(client)
                client.setblocking(False)
                with suppress(OSError):
                    client.send(block)
            time.sleep(0.3)
