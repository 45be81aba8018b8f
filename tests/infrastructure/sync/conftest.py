"""A ledger whose tables stay for a module, and a desk with a tenant of its own for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.infrastructure.projecting.support import Ledger, ledger
from tests.infrastructure.sync.calendar_server import CalendarServer
from tests.infrastructure.sync.desk import Desk


@pytest.fixture
async def opened(module_database: str) -> AsyncIterator[Ledger]:
    async with ledger(module_database) as one:
        yield one


@pytest.fixture
def server() -> CalendarServer:
    return CalendarServer()


@pytest.fixture
def desk(opened: Ledger, server: CalendarServer) -> Desk:
    return Desk(opened, server)
