"""A bell within one process: tells those who wait at the moment that something happened."""

import asyncio


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
        try:
            await asyncio.wait_for(self._waiting.wait(), seconds)
        except TimeoutError:
            return False
        return True
