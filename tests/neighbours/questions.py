"""Questions that cost more than their bytes: filters, analytics, the past, catalogues, cursors and
keys, all at once."""

import itertools
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import httpx

from projections.paging import scope, sealed
from tests.neighbours.attacking import Target

AT_ONCE = 16
RECORDS, TACTICS = 300, 100
DAYS = 100


def all_at_once(target: Target, seconds: float) -> None:
    with target.client() as client:
        contact = _furnish(client)
    days = "startDate=0001-01-01T00:00:01Z&endDate=9999-12-30T23:59:58Z"
    bound_to = scope("loud", "status-history", UUID(contact), None)
    forged = (sealed(10**60, bound_to), sealed(-(10**60), bound_to), "A" * 500, "[" * 400)
    words = ",".join(f"w{number}" for number in range(5_000))
    asked = [
        f"/api/interactions?tags={words}",
        "/api/interactions?participant=" + "%25_" * 60,
        "/api/interactions?page=10000000&pageSize=100",
        f"/api/analytics/interactions?groupBy=day&{days}",
        f"/api/analytics/interactions?groupBy=week&contactId={contact}&{days}",
        f"/api/contacts/{contact}?asOf={{now}}",
        f"/api/contacts/{contact}/status-history?asOf={{now}}",
        "/api/tactics",
        "/api/admin/services",
        *(f"/api/interactions?cursor={cursor}" for cursor in forged),
        *(f"/api/contacts/{contact}/status-history?cursor={cursor}" for cursor in forged),
    ]
    deadline = time.monotonic() + seconds

    def go_on(number: int) -> None:
        with target.client() as client:
            for path in itertools.islice(itertools.cycle(asked), number, None):
                if time.monotonic() > deadline:
                    return
                now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                headers = {"Idempotency-Key": str(random.random()) * 10}
                with suppress(httpx.TransportError):
                    status = client.get(path.replace("{now}", now)).status_code
                    assert status != 500, path
                    client.post("/api/contacts", json={"name": "key"}, headers=headers)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for running in [pool.submit(go_on, number) for number in range(AT_ONCE)]:
            running.result()


def _furnish(client: httpx.Client) -> str:
    """A contact with interactions on many days, and a catalogue of many entries; its id."""
    contact: str = client.post("/api/contacts", json={"name": "Ann"}).json()["id"]
    record = {"contactId": contact, "interactionType": "call", "tags": ["vip"] * 100}
    people = [{"name": f"Someone {number}"} for number in range(20)]
    tactic = {"name": "Listen", "domain": "Communication Studies", "description": "x"}

    def log(number: int) -> None:
        date = f"{1000 + number % DAYS}-01-02T10:00:00Z"
        body = record | {"date": date, "participants": people}
        client.post("/api/interactions", json=body).raise_for_status()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(log, range(RECORDS)))
        list(pool.map(lambda _: client.post("/api/admin/tactics", json=tactic), range(TACTICS)))
    return contact
