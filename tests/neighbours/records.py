"""Records that cost more than their bytes: a thousand participants that there aren't."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx

from tests.neighbours.attacking import Target

TEXT = "".join(random.Random(0).choices("abcdefghijklmnopqrstuvwxyz", k=100_000))
"""The longest text of a field, of which PostgreSQL's compression makes nothing less."""
AT_ONCE = 4
PARTICIPANTS = 1_000

RECORD = {"interactionType": "call", "date": "2024-01-02T10:00:00Z", "notes": TEXT}


def with_made_up_participants(target: Target, seconds: float) -> None:
    """Each participant names a contact that there isn't."""

    with target.client() as client:
        contact = client.post("/api/contacts", json={"name": "Ann"}).json()["id"]

    def strike(client: httpx.Client) -> None:
        people = [{"name": "x", "contactId": str(uuid4())} for _ in range(PARTICIPANTS)]
        body = RECORD | {"contactId": contact, "participants": people}
        logged = client.post("/api/interactions", json=body)
        if logged.is_success:
            client.put(f"/api/interactions/{logged.json()['id']}", json={"location": "x"})

    _repeat(target, seconds, strike)


def _repeat(target: Target, seconds: float, strike: Callable[[httpx.Client], object]) -> None:
    deadline = time.monotonic() + seconds

    def go_on() -> None:
        with target.client() as client:
            while time.monotonic() < deadline:
                strike(client)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for running in [pool.submit(go_on) for _ in range(AT_ONCE)]:
            running.result()
