"""Pages of large records that nobody reads, and one event of a long stream, asked for again and
again."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import httpx

from tests.neighbours.attacking import Target

TEXT = "a" * 100_000
"""The longest text of a field."""

FIELDS = ("notes", "followUpNotes")
RECORDS, CONNECTIONS = 80, 60
AMENDMENTS, AT_ONCE = 40, 8


def unread(target: Target, seconds: float) -> None:
    """Many connections ask for a page of 16 MB each, and take nothing of it."""
    deadline = time.monotonic() + seconds
    with target.client() as client:
        for _ in range(RECORDS):
            log(client)
    request = b"GET /api/interactions?pageSize=100 HTTP/1.1\r\nHost: kith\r\n"
    with ExitStack() as opened:
        for _ in range(CONNECTIONS):
            reader = opened.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", target.port))
            reader.sendall(request + target.authorization + b"\r\n")
        time.sleep(max(10.0, deadline - time.monotonic()))


def one_event(target: Target, seconds: float) -> None:
    """The first event of a stream of 32 MB, many at a time."""
    with target.client() as client:
        address = f"/api/interactions/{log(client)}"
        for number in range(AMENDMENTS):
            text = chr(ord("\U0001f600") + number % 10) * len(TEXT)
            client.put(address, json=dict.fromkeys(FIELDS, text)).raise_for_status()
        deadline = time.monotonic() + seconds
        subject = address.replace("/api/interactions", "interaction")

        def ask(_: int) -> None:
            while time.monotonic() < deadline:
                with suppress(httpx.TransportError):
                    client.get("/api/events", params={"limit": 1, "subject": subject})

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(ask, range(AT_ONCE)))


def log(client: httpx.Client) -> str:
    contact = client.post("/api/contacts", json={"name": "a"}).json()["id"]
    record = {"contactId": contact, "interactionType": "call", "date": "2024-01-02T10:00:00Z"}
    made = client.post("/api/interactions", json=record | dict.fromkeys(FIELDS, TEXT))
    return str(made.raise_for_status().json()["id"])
