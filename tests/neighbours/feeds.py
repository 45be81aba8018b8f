"""Events that nobody reads: streams at positions of their own, and batches of the feed."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

from tests.neighbours.attacking import Target

EVENTS = 40
TEXT = "\U0001f600" * 100_000
"""The longest text of a field, and its longest characters."""

STREAMS, BATCHES = 600, 200
LOGGED = "kith.interaction.logged.v1"


def unread_streams(target: Target, seconds: float) -> None:
    """Hundreds of streams, at many positions of a log of 32 MB."""
    _unread(target, seconds, STREAMS, "GET /api/events/stream?after={} HTTP/1.1\r\n")


def unread_batches(target: Target, seconds: float) -> None:
    """Hundreds of batches of 4 MB each."""
    _unread(target, seconds, BATCHES, "GET /api/events?limit=1000&after={} HTTP/1.1\r\n")


def _unread(target: Target, seconds: float, times: int, request: str) -> None:
    positions = _positions(target)
    deadline = time.monotonic() + seconds
    with ExitStack() as opened:
        for number in range(times):
            reader = opened.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            head = request.format(positions[number % len(positions)]) + "Host: kith\r\n"
            with suppress(OSError):
                reader.connect(("127.0.0.1", target.port))
                reader.sendall(head.encode() + target.authorization + b"\r\n")
        time.sleep(max(3.0, deadline - time.monotonic()))


def _positions(target: Target) -> list[int]:
    """Positions that events of nearly a megabyte follow."""
    with target.client() as client, ThreadPoolExecutor(4) as pool:
        contact = client.post("/api/contacts", json={"name": "a"}).json()["id"]
        record = {"contactId": contact, "interactionType": "call", "date": "2024-01-02T10:00:00Z"}
        body = record | {"notes": TEXT, "followUpNotes": TEXT}
        list(pool.map(lambda _: client.post("/api/interactions", json=body), range(EVENTS)))
        (first,) = client.get("/api/events", params={"limit": 1, "type": LOGGED}).json()
    return [int(first["position"]) - 1 + number for number in range(EVENTS)]
