"""Webhooks whose endpoint answers without end."""

import socket
import threading
import time
from contextlib import suppress

from tests.neighbours.attacking import Target

WEBHOOKS = 8
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n" * 2600


def endless_answers(target: Target, seconds: float) -> None:
    """64 deliveries at a time, each answered with `100 Continue` for ever."""
    added: dict[str, object] = {"types": ["kith.contact.added.v1"]}
    with socket.create_server(("127.0.0.1", 0), backlog=128) as endpoint, target.client() as client:
        threading.Thread(target=_accept, args=(endpoint,), daemon=True).start()
        port = endpoint.getsockname()[1]
        for number in range(WEBHOOKS):
            added["url"] = f"http://127.0.0.1:{port}/{number}"
            client.post("/api/webhooks", json=added).raise_for_status()
        time.sleep(1)  # the planner looks for the first webhook once a second
        for _ in range(WEBHOOKS):
            client.post("/api/contacts", json={"name": "Bob"}).raise_for_status()
        time.sleep(seconds - 1)


def _accept(endpoint: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = endpoint.accept()
            threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    with suppress(OSError), connection:
        connection.recv(65536)
        while True:
            connection.sendall(CONTINUE)
