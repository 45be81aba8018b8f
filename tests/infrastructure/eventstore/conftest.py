"""One prepared database for all tests of a module: what holds of a log holds of all of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from psycopg import AsyncConnection

from infrastructure.postgres.locks import APPEND_LOCK
from tests.infrastructure.eventstore.support import Process, prepare, process


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


@pytest.fixture
def held(ledger: str):
    """Holds the append lock, so that whatever is appended has to wait."""

    @asynccontextmanager
    async def hold() -> AsyncIterator[None]:
        async with await AsyncConnection.connect(ledger) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
            yield

    return hold
