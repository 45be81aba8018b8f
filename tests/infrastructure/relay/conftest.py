"""An empty ledger and an empty broker for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.infrastructure.projecting.support import Ledger, emptied, ledger
from tests.infrastructure.relay.broker import Tansu, tansu


@pytest.fixture
def conninfo(module_database: str) -> str:
    return emptied(module_database)


@pytest.fixture
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    async with ledger(conninfo) as one:
        yield one


@pytest.fixture
def broker() -> Iterator[Tansu]:
    with tansu() as one:
        yield one
