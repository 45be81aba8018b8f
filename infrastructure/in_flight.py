"""A bounded number of commands in flight at once, so that they share commits."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self

MOST = 512


class InFlight:
    """A context: on leaving, everything started has ended. The first error is raised by the next
    call, or on leaving; the others in flight go on until then, unlike in a TaskGroup."""

    def __init__(self, most: int = MOST):
        self._free = asyncio.Semaphore(most)
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: Exception | None = None

    async def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start the work as soon as there is room."""
        try:
            await self._free.acquire()
            if self._error is not None:
                raise self._error
        except BaseException:
            work.close()
            raise
        task = asyncio.create_task(self._run(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def all_done(self) -> None:
        """Wait until nothing is in flight."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._error is not None:
            raise self._error

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            self._error = self._error or error
        finally:
            self._free.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is None:
            await self.all_done()
            return
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
