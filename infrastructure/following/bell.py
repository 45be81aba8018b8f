"""A bell within one process: it wakes the tasks that wait at that moment."""

import asyncio
from contextlib import suppress


class Bell:
    def __init__(self) -> None:
        self._waiting: asyncio.Event | None = None

    def ring(self) -> None:
        if self._waiting is not None:
            self._waiting.set()
            self._waiting = None

    async def wait(self, seconds: float) -> bool:
        """Wait for the next ring; False after that many seconds without one."""
        if self._waiting is None:
            self._waiting = asyncio.Event()
        return await rings(self._waiting, seconds)


async def rings(bell: asyncio.Event, seconds: float) -> bool:
    """Wait until the event is set; False after that many seconds."""
    # Not wait_for: in 3.11 it swallows a cancellation that comes at the moment of the ring.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await bell.wait()
    return False
