"""Two processes on one log, once in memory and once on PostgreSQL: the same rules hold on both."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import NamedTuple
from uuid import uuid4

import pytest

from application.entity import Recorded
from infrastructure.append.numbers import BlockNumbers
from infrastructure.log.events import recorded
from tests.application.desk import Desk
from tests.application.in_memory import InMemoryLog, InMemoryNumbers, Store
from tests.infrastructure.append.support import Process, prepare, process

OF_TENANT = (
    "SELECT originator_id, originator_version, notification_id, topic, state FROM stored_events "
    "WHERE split_part(originator_id, '/', 1) = %s ORDER BY notification_id"
)


class Office(NamedTuple):
    """`here` is one process; what is done `there` is unknown here until it is looked at afresh."""

    here: Desk
    there: Desk


@pytest.fixture(scope="module")
def ledger_database(database) -> str:
    return prepare(database())


@pytest.fixture(params=["in memory", "on PostgreSQL"])
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    tenant = uuid4().hex
    if request.param == "in memory":
        store = Store()

        async def read(tenant: str) -> list[Recorded]:
            return [one for one in store.recorded if one.stream.tenant == tenant]

        numbers = InMemoryNumbers(store)
        yield Office(*(Desk(InMemoryLog(store), numbers, read, tenant) for _ in range(2)))
        return
    conninfo = request.getfixturevalue("ledger_database")
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(process(conninfo)) for _ in range(2)]
        yield Office(*(_desk(each, tenant) for each in opened))


@pytest.fixture
def here(office: Office) -> Desk:
    return office.here


@pytest.fixture
def there(office: Office) -> Desk:
    return office.there


def _desk(opened: Process, tenant: str) -> Desk:
    async def read(tenant: str) -> list[Recorded]:
        async with opened.pool.connection() as connection:
            cursor = await connection.execute(OF_TENANT, (tenant,))
            return [recorded(*row) for row in await cursor.fetchall()]

    return Desk(opened.log, BlockNumbers(opened.pool), read, tenant)
