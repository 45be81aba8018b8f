"""Documents about the service: each is written once, beside the event loop, and kept.

The first `/openapi.json` of a contract takes up to two seconds of the processor, and anybody may
ask for it: other requests go on meanwhile. Written at each start, it would delay every start.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")

_WRITER = ThreadPoolExecutor(1, thread_name_prefix="documents")
"""One at a time, however many are asked for."""


class Written(Generic[T]):
    """The result of `write`, which runs when it is first asked for."""

    def __init__(self, write: Callable[[], T]):
        self._write = write
        self._result: Future[T] | None = None

    async def get(self) -> T:
        """Raises what `write` raises, each time."""
        if self._result is None:
            self._result = _WRITER.submit(self._write)
        # Shielded: a client that goes doesn't take the document from others.
        return await asyncio.shield(asyncio.wrap_future(self._result))
