"""Name resolution in threads, of which one tenant gets only a few.

The system's resolver times out after half a minute or more and can't be interrupted: a look-up
holds its thread until then, even if nobody waits for the result any more.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

from anyio import CapacityLimiter, to_thread

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


def resolver() -> Resolve:
    """The system's resolver, in threads."""
    threads = CapacityLimiter(RESOLVERS)

    async def resolve(host: str, port: int) -> list[str]:
        return await to_thread.run_sync(
            _look_up, host, port, abandon_on_cancel=True, limiter=threads
        )

    return resolve


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


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
        # Shielded: a caller that gives up ends neither the look-up of others nor its thread.
        return lambda *_: asyncio.shield(under_way)

    async def _looked_up(self, name: tuple[str, str, int], slot: AsyncExitStack) -> Sequence[str]:
        _, host, port = name
        async with slot:
            try:
                return await self._resolve(host, port)
            finally:
                del self._under_way[name]
