"""A concurrency limiter, global and per tenant."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


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

    @asynccontextmanager
    async def slot(self, tenant: str) -> AsyncIterator[None]:
        """Hold a slot inside the block. Raises LimitReached."""
        own = self._own.setdefault(tenant, asyncio.Semaphore(self._each))
        async with AsyncExitStack() as taken:
            try:
                async with asyncio.timeout(self._patience):
                    # The tenant's own first: a caller that waits for it holds no slot of others.
                    await taken.enter_async_context(own)
                    await taken.enter_async_context(self._all)
            except TimeoutError:
                raise LimitReached from None
            yield
