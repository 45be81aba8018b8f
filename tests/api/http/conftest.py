"""Looks at connections, which come when a test wants them."""

import asyncio
from collections.abc import Iterator

import pytest

from api.http.connection import LOOKS, Connection
from tests.api.running import Service
from tests.api.streaming import eventually


class Looks:
    """The looks at connections, which come when a test wants them."""

    ENOUGH = LOOKS + 1
    """The first sees what is awaited; what is the same in the others is late."""

    def __init__(self, service: Service):
        self._service = service
        self.connections: set[Connection] = set()

    def look(self, times: int = 1) -> None:
        async def at_all() -> None:
            due, self.connections = self.connections, set()
            for one in due:
                if not one.transport.is_closing():
                    one._look()

        for _ in range(times):
            asyncio.run_coroutine_threadsafe(at_all(), self._service.loop).result(60)

    def until_a_body_is_awaited(self) -> None:
        async def awaited() -> bool:
            return any((one._missing() or (None, False))[1] for one in self.connections)

        eventually(
            lambda: asyncio.run_coroutine_threadsafe(awaited(), self._service.loop).result(60)
        )


@pytest.fixture
def looks(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looks]:
    one, by_the_clock = Looks(service), Connection._look_later
    monkeypatch.setattr(Connection, "_look_later", lambda each: one.connections.add(each))
    yield one
    for each in one.connections:
        if not each.transport.is_closing():
            service.loop.call_soon_threadsafe(by_the_clock, each)
