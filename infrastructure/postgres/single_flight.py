"""Questions that are being answered aren't asked again: who asks the same shares the answer.

For those who may be answered with what was found out a moment ago, because they ask again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlight(Generic[K, V]):
    """`answer` is asked at most `at_once` questions at a time."""

    def __init__(self, answer: Callable[[K], Awaitable[V]], *, at_once: int = 2):
        self._answer = answer
        self._turns = asyncio.Semaphore(at_once)
        self._asked: dict[K, asyncio.Task[V]] = {}

    async def get(self, question: K) -> V:
        task = self._asked.get(question)
        if task is None:
            task = self._asked[question] = asyncio.create_task(self._find_out(question))
        # Shielded: who goes away takes the answer from nobody else.
        return await asyncio.shield(task)

    async def _find_out(self, question: K) -> V:
        try:
            async with self._turns:
                return await self._answer(question)
        finally:
            del self._asked[question]
