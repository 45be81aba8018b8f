"""Name resolution in threads, of which one tenant gets only a few.

The system's resolver times out after half a minute or more and can't be interrupted: a look-up
holds its thread until then, even if nobody waits for the result any more.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

from infrastructure.tenant_limiter import TenantLimiter

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host. Raises OSError."""

RESOLVERS = 32
"""Look-ups in flight. The event loop's default threads are few, and one slow name server would
delay all names."""

EACH = 4
"""Look-ups in flight for one tenant, so that its slow names don't delay those of others."""

PATIENCE = 5.0
"""Seconds to wait for a slot: a delivery waits for one and is tried within its lease."""


class Resolver:
    """The system's resolver, in threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="webhook-names")

    async def __call__(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Names:
    """Look-ups of one tenant for the same name share one result while it is in flight."""

    def __init__(self, resolve: Resolve):
        self._resolve = resolve
        self._limiter = TenantLimiter(RESOLVERS, each=EACH, patience=PATIENCE)
        self._under_way: dict[tuple[str, str, int], asyncio.Task[Sequence[str]]] = {}

    async def look_up(self, tenant: str, host: str, port: int) -> Resolve:
        """Wait for a slot and begin; the result gives the addresses once they are found. Raises
        LimitReached."""
        name = tenant, host, port
        if name not in self._under_way:
            slot = AsyncExitStack()
            await slot.enter_async_context(self._limiter.slot(tenant))
            if name in self._under_way:
                await slot.aclose()
            else:
                task = asyncio.create_task(self._looked_up(name, slot))
                # Its failure is seen, even if nobody waits for it any more.
                task.add_done_callback(lambda task: task.cancelled() or task.exception())
                self._under_way[name] = task
        under_way = self._under_way[name]
        # Shielded: who gives up waiting doesn't end it for others, nor its thread's work.
        return lambda *_: asyncio.shield(under_way)

    async def _looked_up(self, name: tuple[str, str, int], slot: AsyncExitStack) -> Sequence[str]:
        _, host, port = name
        async with slot:
            try:
                return await self._resolve(host, port)
            finally:
                del self._under_way[name]
