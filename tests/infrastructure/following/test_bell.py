"""A bell wakes those who wait, and keeps nobody who is told to stop."""

import asyncio
import sys

import pytest

from infrastructure.following.bell import Bell

pytestmark = pytest.mark.anyio


class WaitsFor(Bell):
    """The mutant: waits as asyncio's own function does, which in Python 3.11 takes the ring for an
    answer to being cancelled."""

    async def wait(self, seconds: float) -> bool:
        if self._waiting is None:
            self._waiting = asyncio.Event()
        try:
            await asyncio.wait_for(self._waiting.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def stops(bell: Bell, turns: int, seconds: float = 60) -> bool:
    """True if a waiter that is cancelled so many turns of the loop after a ring ends."""

    async def wait() -> None:
        while True:
            await bell.wait(600)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    bell.ring()
    for _ in range(turns):
        await asyncio.sleep(0)
    waiting.cancel()
    done, _ = await asyncio.wait([waiting], timeout=seconds)
    waiting.cancel()
    return bool(done)


async def test_a_waiter_cancelled_as_the_bell_rings_stops():
    assert all([await stops(Bell(), turns) for turns in range(5)])


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="later ones stop with either")
async def test_a_bell_that_swallows_the_cancellation_is_detected():
    assert not all([await stops(WaitsFor(), turns, 0.2) for turns in range(5)])


async def test_a_wait_returns_true_only_if_the_bell_rang():
    bell = Bell()
    asyncio.get_running_loop().call_later(0.01, bell.ring)
    assert await bell.wait(60)
    assert not await bell.wait(0.01)
