"""A bell within one process: tells those who wait at the moment that something happened."""

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
        """Wait for the next ring, or that long; whether it rang."""
        if self._waiting is None:
            self._waiting = asyncio.Event()
        return await rings(self._waiting, seconds)


async def rings(bell: asyncio.Event, seconds: float) -> bool:
    """Wait until it is set, or that long; whether it was."""
    # Not wait_for: in 3.11 it swallows being cancelled in the moment in which the bell rings.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await bell.wait()
    return False
