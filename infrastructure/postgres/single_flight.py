"""Single flight: equal questions that arrive while one is being answered share its answer.

The answer may be as old as the first question, so this is for callers that ask again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from infrastructure.tenant_limiter import TenantLimiter

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """`answer` gets at most `at_once` questions at a time, one of each tenant, so that no tenant
    starves the others."""

    def __init__(
        self,
        answer: Callable[[K], Awaitable[V]],
        tenant_of: Callable[[K], str],
        *,
        at_once: int = 3,
    ):
        self._answer = answer
        self._tenant_of = tenant_of
        self._limiter = TenantLimiter(at_once, each=1, patience=None)
        self._asked: dict[K, asyncio.Task[V]] = {}

    async def get(self, question: K) -> V:
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(self._find_out(question))
        # Shielded: a caller that is cancelled doesn't cancel the answer for others.
        return await asyncio.shield(task)

    async def _find_out(self, question: K) -> V:
        try:
            async with self._limiter.slot(self._tenant_of(question)):
                return await self._answer(question)
        finally:
            del self._asked[question]
