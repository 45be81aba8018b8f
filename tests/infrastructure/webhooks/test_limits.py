"""A tenant whose work is slow holds up no other: the limiter, and the look-up of names."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from infrastructure.outside import names
from infrastructure.outside.names import EACH, RESOLVERS, Names
from infrastructure.tenant_limiter import LimitReached, TenantLimiter
from infrastructure.webhooks.posting import Poster
from tests.infrastructure.projecting.support import eventually
from tests.infrastructure.webhooks.support import dispatching, ended, outcomes, subscribe

pytestmark = pytest.mark.anyio

PUBLIC = ["1.1.1.1"]


class NameServer:
    """Answers at once, but for what is called slow: that takes until it is released."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.released = asyncio.Event()

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host.startswith("slow"):
            await self.released.wait()
        return PUBLIC


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "PATIENCE", 0.1)


async def many_slow_names(looked_up: Names) -> int:
    """One tenant has more of them looked up than there are threads, and waits for none of them for
    long: how many found no slot."""

    async def attempt(number: int) -> None:
        resolve = await looked_up.look_up("1", f"slow{number}", 443)
        async with asyncio.timeout(0.05):
            await resolve("", 0)

    attempts = (attempt(number) for number in range(RESOLVERS * 2))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    return [type(one) for one in results].count(LimitReached)


async def taken(limiter: TenantLimiter, tenant: str) -> AsyncExitStack:
    """A slot, held until the stack is closed."""
    slot = AsyncExitStack()
    await slot.enter_async_context(limiter.slot(tenant))
    return slot


class TestTenantLimiter:
    async def test_each_tenant_has_slots_of_its_own(self):
        limiter = TenantLimiter(3, each=2, patience=0.05)
        slots = [await taken(limiter, "1"), await taken(limiter, "1")]
        with pytest.raises(LimitReached):
            await taken(limiter, "1")
        slots.append(await taken(limiter, "2"))
        with pytest.raises(LimitReached):
            await taken(limiter, "3")
        await slots[0].aclose()
        slots.append(await taken(limiter, "3"))

    async def test_a_cancelled_wait_takes_no_slot(self):
        limiter = TenantLimiter(1, each=1, patience=600)
        slot = await taken(limiter, "1")
        waiting = [asyncio.create_task(taken(limiter, tenant)) for tenant in "1122"]
        await asyncio.sleep(0)  # each begins to wait
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await slot.aclose()
        await asyncio.wait_for(taken(limiter, "2"), 60)


class TestNames:
    async def test_slow_names_of_a_tenant_hold_up_no_other_tenant(self, monkeypatch):
        impatient(monkeypatch)
        server = NameServer()
        looked_up = Names(server)
        assert await many_slow_names(looked_up) == RESOLVERS * 2 - EACH
        # Nobody waits any more, but the threads would still be at it.
        assert len(server.asked) == EACH
        assert await (await looked_up.look_up("2", "quick", 443))("", 0) == PUBLIC
        server.released.set()
        await asyncio.sleep(0.01)
        assert await (await looked_up.look_up("1", "quick", 443))("", 0) == PUBLIC

    async def test_a_tenant_that_may_take_all_slots_is_detected(self, monkeypatch):
        """The mutant."""
        impatient(monkeypatch)
        monkeypatch.setattr(names, "EACH", RESOLVERS)
        looked_up = Names(NameServer())
        await many_slow_names(looked_up)
        with pytest.raises(LimitReached):
            await looked_up.look_up("2", "quick", 443)

    async def test_a_name_is_looked_up_once_at_a_time(self):
        server = NameServer()
        looked_up = Names(server)
        waiting = [
            asyncio.ensure_future((await looked_up.look_up("1", "slow", 443))("", 0))
            for _ in range(EACH * 2)
        ]
        server.released.set()
        assert await asyncio.gather(*waiting) == [PUBLIC] * EACH * 2
        assert server.asked == ["slow"]
        await (await looked_up.look_up("1", "slow", 443))("", 0)
        assert server.asked == ["slow", "slow"]

    async def test_a_name_that_isnt_known_frees_its_slot(self):
        async def unknown(*_: object) -> list[str]:
            raise OSError("Name or service not known")

        looked_up = Names(unknown)
        for _ in range(EACH * 2):
            with pytest.raises(OSError, match="not known"):
                await (await looked_up.look_up("1", "nobody", 443))("", 0)


async def test_waiting_for_a_slot_is_no_attempt(opened, receiver, monkeypatch):
    """The delivery whose name had to wait is put back, and delivered when a slot is free."""
    impatient(monkeypatch)
    monkeypatch.setattr("infrastructure.webhooks.queue.UNTRIED", 0.05)
    server = NameServer()

    async def resolve(host: str, port: int) -> list[str]:
        await server(host, port)
        return ["127.0.0.1"]

    slow = f"http://slow{{}}.invalid:{receiver.port}/"
    webhooks = [
        await subscribe(opened, slow.format(number), "kith.interaction.logged.v1")
        for number in range(EACH + 1)
    ]

    def make_poster(**options: Any) -> Poster:
        return Poster(**options, resolve=resolve, seconds=60)

    async with dispatching(opened, make_poster=make_poster):
        await opened.log_many(1)
        begun = time.monotonic()

        async def all_asked() -> bool:
            return len(server.asked) == EACH and time.monotonic() > begun + 0.5

        await eventually(all_asked)
        server.released.set()
        for webhook in webhooks:
            await ended(opened, webhook.id)
    for webhook in webhooks:
        assert await outcomes(opened, webhook.id) == [("delivered", 1, 204, None)]
