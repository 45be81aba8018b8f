"""An empty ledger for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.infrastructure.projecting.support import Ledger, emptied, ledger


@pytest.fixture
def conninfo(module_database: str) -> str:
    return emptied(module_database)


@pytest.fixture
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    async with ledger(conninfo) as one:
        yield one
