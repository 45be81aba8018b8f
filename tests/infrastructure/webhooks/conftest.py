"""An empty ledger for each test, and an endpoint."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from infrastructure.webhooks.planning import Planner
from infrastructure.webhooks.replaying import replay
from tests.infrastructure.projecting.support import Ledger, emptied, land_everything, ledger
from tests.infrastructure.webhooks.receiver import Receiver, receiving


@pytest.fixture
def conninfo(module_database: str) -> str:
    return emptied(module_database)


@pytest.fixture
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    async with ledger(conninfo) as one:
        yield one


@pytest.fixture
def planner(opened: Ledger) -> Callable[..., Awaitable[None]]:
    """Plans everything there is."""

    async def plan(page_size: int = 1000) -> None:
        await land_everything(opened.conninfo, Planner(page_size=page_size))
        while await replay(opened.pool, page_size):
            pass

    return plan


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def other_receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one
