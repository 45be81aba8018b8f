"""An empty ledger for each test."""

from collections.abc import AsyncIterator

import pytest

from infrastructure.relay import connecting
from tests.infrastructure.projecting.support import Ledger, emptied, ledger


@pytest.fixture
def conninfo(module_database: str) -> str:
    return emptied(module_database)


@pytest.fixture
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    async with ledger(conninfo) as one:
        yield one


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay gives up connecting after a second."""
    monkeypatch.setattr(connecting, "SECONDS_TO_CONNECT", 1.0)
