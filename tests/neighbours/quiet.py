"""The quiet tenant: reads, writes, searches and asks for readiness, one request after another."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.neighbours.place import Place

TENANT = "quiet"
PAUSE = 0.02
"""Seconds between two requests of a kind."""


@dataclass
class Seen:
    """The seconds of every answer, by kind of request, and each answer that was an error."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    growth: float = 0.0
    """Megabytes that the process grew by at most."""

    @property
    def slowest(self) -> float:
        return max(max(each, default=0.0) for each in self.seconds.values())

    @property
    def median(self) -> float:
        every = sorted(one for each in self.seconds.values() for one in each)
        return every[len(every) // 2]

    def __str__(self) -> str:
        kinds = ", ".join(
            f"{kind} {max(each) * 1000:.0f} ms of {len(each)}"
            for kind, each in self.seconds.items()
            if each
        )
        return f"slowest: {kinds}; +{self.growth:.0f} MB; {len(self.errors)} errors"


class Quiet:
    def __init__(self, place: Place):
        self._place = place
        with place.client(TENANT) as client:
            self._contact = _made(client, "/api/contacts", {"name": "Ann", "email": "a@b.example"})
            for number in range(30):
                _made(client, "/api/interactions", self._note(f"Offer {number}"))

    def _note(self, notes: str) -> dict[str, object]:
        return {
            "contactId": self._contact,
            "interactionType": "call",
            "date": "2024-01-02T10:00:00Z",
            "notes": notes,
        }

    def _requests(self) -> dict[str, Callable[[httpx.Client], httpx.Response]]:
        timeline = f"/api/contacts/{self._contact}/interactions"
        return {
            "read": lambda client: client.get(timeline),
            "write": lambda client: client.post("/api/interactions", json=self._note("Hello")),
            "search": lambda client: client.get("/api/interactions", params={"search": "offer 7"}),
            "ready": lambda client: client.get("/health/ready"),
        }

    @contextmanager
    def watching(self) -> Iterator[Seen]:
        """Ask until the block is left."""
        seen, over = Seen(), threading.Event()
        threads = [
            threading.Thread(target=self._ask, args=(kind, ask, seen, over), daemon=True)
            for kind, ask in self._requests().items()
        ]
        threads.append(threading.Thread(target=self._weigh, args=(seen, over), daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield seen
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _ask(
        self,
        kind: str,
        ask: Callable[[httpx.Client], httpx.Response],
        seen: Seen,
        over: threading.Event,
    ) -> None:
        times = seen.seconds.setdefault(kind, [])
        with self._place.client(TENANT) as client:
            while not over.wait(PAUSE):
                began = time.perf_counter()
                try:
                    answer = ask(client)
                except httpx.TransportError as error:
                    seen.errors.append(f"{kind}: {error!r}")
                else:
                    if not answer.is_success:
                        seen.errors.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
                times.append(time.perf_counter() - began)

    def _weigh(self, seen: Seen, over: threading.Event) -> None:
        before = self._place.megabytes
        while not over.wait(PAUSE):
            seen.growth = max(seen.growth, self._place.megabytes - before)


def _made(client: httpx.Client, path: str, body: dict[str, object]) -> str:
    answer = client.post(path, json=body)
    answer.raise_for_status()
    identity: str = answer.json()["id"]
    return identity
