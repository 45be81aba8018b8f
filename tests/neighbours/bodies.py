"""Bodies that come as far as their last byte and no further, on hundreds of connections."""

import socket
import time
from contextlib import ExitStack, suppress

from tests.neighbours.attacking import Target

CONNECTIONS = 600
LENGTH = 1_000_000
POST = b"POST /api/contacts HTTP/1.1\r\nHost: kith\r\nContent-Length: %d\r\n" % LENGTH


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
