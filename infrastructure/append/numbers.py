"""Numbers for contacts, interactions and services, taken from the database in blocks.

A block that a process didn't use up is lost: numbers are unique and growing, not gapless.
"""

import asyncio
from collections.abc import Iterator

from psycopg_pool import AsyncConnectionPool

from infrastructure.postgres.fetch import connected

BLOCKS = {
    "contact": ("contact_numbers", 20),
    "interaction": ("interaction_numbers", 100),
    "service": ("service_numbers", 20),
}
"""By kind: the sequence, and its increment, which is the size of a block."""


class BlockNumbers:
    def __init__(self, pool: AsyncConnectionPool):
        self._pool = pool
        self._blocks: dict[str, Iterator[int]] = {}
        self._lock = asyncio.Lock()

    async def next(self, kind: str) -> int:
        number = next(self._blocks.get(kind, iter(())), None)
        while number is None:
            async with self._lock:
                number = next(self._blocks.get(kind, iter(())), None)
                if number is None:
                    self._blocks[kind] = await self._block(kind)
        return number

    async def _block(self, kind: str) -> Iterator[int]:
        sequence, size = BLOCKS[kind]
        async with connected(self._pool) as connection:
            cursor = await connection.execute("SELECT nextval(%s)", (sequence,))
            row = await cursor.fetchone()
        assert row is not None
        return iter(range(row[0], row[0] + size))
