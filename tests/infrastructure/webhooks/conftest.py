"""An empty ledger for each test, and an endpoint."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.infrastructure.projecting.support import Ledger, emptied, ledger
from tests.infrastructure.webhooks.receiver import Receiver, receiving


@pytest.fixture
def conninfo(module_database: str) -> str:
    return emptied(module_database)


@pytest.fixture
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    async with ledger(conninfo) as one:
        yield one


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def other_receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one
