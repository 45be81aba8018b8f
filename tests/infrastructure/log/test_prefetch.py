"""The reader with a prefetch: its connection is closed whatever interrupts it."""

import asyncio
from contextlib import suppress

import pytest

from infrastructure.log.prefetch import PrefetchingReader

pytestmark = pytest.mark.anyio


async def lingering() -> list[tuple[object, ...]]:
    """A prefetch that takes a while to end when it is canceled."""
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.05)
    return []


async def test_a_reader_that_is_canceled_while_it_closes_leaves_no_connection_open(ledger: str):
    reader = await PrefetchingReader.connect(ledger)
    reader._ahead = (0, 1, 1), asyncio.create_task(lingering())
    await asyncio.sleep(0)
    closing = asyncio.create_task(reader.close())
    await asyncio.sleep(0.01)
    closing.cancel()
    with suppress(asyncio.CancelledError):
        await closing
    assert reader.log._connection.closed
