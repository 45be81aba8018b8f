"""Limits, global and per tenant: of concurrency, and of bytes held."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from weakref import WeakValueDictionary


class LimitReached(Exception):
    """No slot became free in time, or the bytes are used up; the caller may try again later."""


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


class ByteBudget:
    """`most` bytes, `each` of them for one tenant."""

    def __init__(self, most: int, *, each: int):
        self._most = most
        self._each = each
        self._held = 0
        self._of_tenant: Counter[str] = Counter()

    def check(self, tenant: str, count: int = 1) -> None:
        """Raises LimitReached if so many more bytes exceed the budget."""
        if self._held + count > self._most or self._of_tenant[tenant] + count > self._each:
            raise LimitReached

    @contextmanager
    def hold(self, tenant: str, *, anyway: bool = False) -> Iterator[Callable[[int], None]]:
        """Yields a function that takes so many more bytes, and raises as `check`; with `anyway`, it
        takes them all the same. All of them are given back after the block."""
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            if not anyway:
                self.check(tenant, count)
            taken += count
            self._held += count
            self._of_tenant[tenant] += count

        try:
            yield take
        finally:
            if taken:
                self._held -= taken
                self._of_tenant[tenant] -= taken
            if not self._of_tenant[tenant]:
                del self._of_tenant[tenant]
