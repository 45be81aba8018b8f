"""One prepared database for all tests of a module: what holds of a log holds of all of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from psycopg import AsyncConnection

from infrastructure.postgres.locks import APPEND_LOCK
from tests.infrastructure.append.lines import PATIENCE, Line, open_line
from tests.infrastructure.append.support import Hold, Process, prepare, process


@pytest.fixture(scope="module")
def ledger(database) -> str:
    """Prepared, without read models."""
    return prepare(database(), ())


@pytest.fixture
async def one(ledger: str) -> AsyncIterator[Process]:
    async with process(ledger, ()) as opened:
        yield opened


@pytest.fixture
async def other(ledger: str) -> AsyncIterator[Process]:
    async with process(ledger, ()) as opened:
        yield opened


WAITING = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""


@pytest.fixture
def held(ledger: str) -> Hold:
    """Holds the append lock, so that whatever is appended has to wait. What it gives returns once
    an append does."""

    @asynccontextmanager
    async def hold() -> AsyncIterator[Callable[[], Awaitable[None]]]:
        async with await AsyncConnection.connect(ledger) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))

            async def waited_for() -> None:
                for _ in range(12_000):
                    cursor = await connection.execute(WAITING)
                    if await cursor.fetchone() == (True,):
                        return
                    await asyncio.sleep(0.005)
                raise TimeoutError

            yield waited_for

    return hold


@pytest.fixture
async def line(ledger: str, make_directory) -> AsyncIterator[Line]:
    async with open_line(ledger, make_directory, patience=PATIENCE) as opened:
        yield opened
