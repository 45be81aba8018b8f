"""A concurrency limiter, global and per tenant."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

Release = Callable[[], None]


class LimitReached(Exception):
    """No slot became free in time; the caller may try again later."""


class TenantLimiter:
    """`most` slots, `each` of them for one tenant; `patience` are the seconds a caller waits,
    None for no bound."""

    def __init__(self, most: int, *, each: int, patience: float | None):
        self._all = asyncio.Semaphore(most)
        self._each = each
        self._patience = patience
        # A tenant's semaphore lives as long as a caller holds a slot of it or waits for one.
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def acquire(self, tenant: str) -> Release:
        """Take a slot; the result frees it and has to be called once. Raises LimitReached."""
        own = self._own.setdefault(tenant, asyncio.Semaphore(self._each))
        taken: list[asyncio.Semaphore] = []

        def release() -> None:
            for semaphore in taken:
                semaphore.release()

        try:
            async with asyncio.timeout(self._patience):
                # The tenant's own first: a caller that waits for it holds no slot of others.
                for semaphore in (own, self._all):
                    await semaphore.acquire()
                    taken.append(semaphore)
        except BaseException as error:
            release()
            if isinstance(error, TimeoutError):
                raise LimitReached from None
            raise
        return release

    @asynccontextmanager
    async def slot(self, tenant: str) -> AsyncIterator[None]:
        """Hold a slot inside the block. Raises LimitReached."""
        release = await self.acquire(tenant)
        try:
            yield
        finally:
            release()
