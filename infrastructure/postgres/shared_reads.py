"""Reads that share a statement: questions that arrive during one go out together in the next.

This is group commit for reads, and saves most of the cost of a round trip under load. If the
database hangs, the statement in flight and the questions queued behind it fail after a timeout
instead of piling up.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from application.errors import Unavailable

K = TypeVar("K")
V = TypeVar("V")

PATIENCE = 10.0
"""Seconds for a statement."""


class SharedReads(Generic[K, V]):
    """`fetch` answers a list of questions in order. At most `at_once` statements are in flight."""

    def __init__(
        self,
        fetch: Callable[[Sequence[K]], Awaitable[Sequence[V]]],
        *,
        at_once: int = 2,
        most: int = 64,
        patience: float = PATIENCE,
    ):
        self._fetch = fetch
        self._at_once = at_once
        self._most = most
        self._patience = patience
        self._running = 0
        self._tasks: set[asyncio.Task[None]] = set()  # the loop holds only weak references
        self._waiting: deque[tuple[K, asyncio.Future[V]]] = deque()

    async def get(self, question: K) -> V:
        """The answer. Raises what `fetch` raises, and Unavailable if it takes too long."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._running < self._at_once:
            self._running += 1
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                most = min(self._most, len(self._waiting))
                await self._answer([self._waiting.popleft() for _ in range(most)])
        finally:
            self._running -= 1

    async def _answer(self, taken: list[tuple[K, asyncio.Future[V]]]) -> None:
        try:
            async with asyncio.timeout(self._patience):
                answers = await self._fetch([question for question, _ in taken])
            answered = list(zip(taken, answers, strict=True))
        except TimeoutError:
            taken += self._waiting
            self._waiting.clear()
            for _, future in taken:
                if not future.done():
                    future.set_exception(Unavailable("The database doesn't answer."))
            return
        except Exception as error:
            for _, future in taken:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in answered:
            if not future.done():
                future.set_result(answer)
