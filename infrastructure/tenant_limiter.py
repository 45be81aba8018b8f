"""Turns at what there is little of: so many at once, only some of them for one tenant, and nobody
waits for long."""

import asyncio
from collections.abc import Callable
from weakref import WeakValueDictionary

Done = Callable[[], None]


class NoTurn(Exception):
    """Others were at it all the while; it may be tried again later."""


class Turns:
    """`patience` are the seconds that somebody waits."""

    def __init__(self, most: int, *, each: int, patience: float):
        self._all = asyncio.Semaphore(most)
        self._each = each
        self._patience = patience
        # A tenant's is forgotten when nobody holds it or waits for it.
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def take(self, tenant: str) -> Done:
        """What ends the turn, to be called once. Raises NoTurn."""
        own = self._own.setdefault(tenant, asyncio.Semaphore(self._each))
        taken: list[asyncio.Semaphore] = []
        try:
            async with asyncio.timeout(self._patience):
                # The tenant's own first: who waits for that takes no turn away from others.
                for turns in (own, self._all):
                    await turns.acquire()
                    taken.append(turns)
        except BaseException as error:
            for turns in taken:
                turns.release()
            if isinstance(error, TimeoutError):
                raise NoTurn from None
            raise

        def done() -> None:
            for turns in taken:
                turns.release()

        return done
