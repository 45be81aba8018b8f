"""An empty ledger for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.infrastructure.projecting.support import Ledger, emptied, ledger


@pytest.fixture
async def opened(module_database: str) -> AsyncIterator[Ledger]:
    async with ledger(emptied(module_database)) as one:
        yield one
