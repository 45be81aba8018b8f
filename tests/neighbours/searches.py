"""Searches that PostgreSQL compares for a long time: a term of one letter, but for its last."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import quote

import httpx

from tests.neighbours.attacking import Target

RECORDS = 120
TEXT = "a" * 100_000
"""The longest text of a field."""

AT_ONCE = 36
"""A third of them ask the list of all records: more than the pool has connections."""
TERM = "a" * 199 + "b"
LISTS = ("/api/interactions", "/api/contacts", "/sites/api/interactions")


def patient(target: Target, seconds: float) -> None:
    """Each waits for its answer."""

    def ask(path: str) -> None:
        with target.client() as client, suppress(httpx.TransportError):
            client.get(path, params={"search": TERM})

    _rush(target, seconds, ask)


def hanging_up(target: Target, seconds: float) -> None:
    """Each hangs up at once."""

    def ask(path: str) -> None:
        head = f"GET {path}?search={quote(TERM)} HTTP/1.1\r\nHost: kith\r\n".encode()
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", target.port), timeout=seconds) as client,
        ):
            client.sendall(head + target.authorization + b"\r\n")
            time.sleep(0.05)

    _rush(target, seconds, ask)


def _rush(target: Target, seconds: float, ask: Callable[[str], None]) -> None:
    with target.client() as client:
        contact = client.post("/api/contacts", json={"name": "a" * 500}).json()["id"]
        record = {
            "contactId": contact,
            "interactionType": "call",
            "date": "2024-01-02T10:00:00Z",
            "notes": TEXT,
            "followUpNotes": TEXT,
        }
        for _ in range(RECORDS):
            client.post("/api/interactions", json=record).raise_for_status()
    deadline = time.monotonic() + seconds

    def go_on(number: int) -> None:
        while time.monotonic() < deadline:
            ask(LISTS[number % len(LISTS)])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(AT_ONCE):
            pool.submit(go_on, number)
