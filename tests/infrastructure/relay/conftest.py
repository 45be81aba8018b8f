"""An empty ledger for each test."""

import gc
import warnings
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.infrastructure.projecting.support import Ledger, emptied, ledger


@pytest.fixture
def conninfo(module_database: str) -> str:
    return emptied(module_database)


@pytest.fixture
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    async with ledger(conninfo) as one:
        yield one


@pytest.fixture(autouse=True)
def _sockets_of_kafka_python(request: pytest.FixtureRequest) -> Iterator[None]:
    """kafka-python leaves a socket to the garbage collector when a broker refuses it. That isn't
    to be held against whichever test the collector comes by in."""
    request.node.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
