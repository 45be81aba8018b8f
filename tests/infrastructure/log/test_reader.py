"""Reading the log: in order, to its end, and past what can't be read."""

import asyncio
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from application.entity import Recorded
from infrastructure.log import reader
from infrastructure.log.events import Unreadable
from infrastructure.log.reader import AT_POSITIONS, STREAM_BYTES, LogReader, tenant_head
from tests.infrastructure.append.jobs import adds, stream
from tests.infrastructure.append.support import Process, prepare, process, spoil

pytestmark = pytest.mark.anyio


async def test_an_empty_log_has_no_head_and_no_pages(database):
    ledger = prepare(database(), ())
    async with await AsyncConnection.connect(ledger) as connection:
        log = LogReader(connection)
        assert await log.head() == 0
        assert await log.page(0, 10) == ([], 0)


async def test_pages_follow_each_other_without_gap_or_repeat(one: Process):
    await asyncio.gather(*(one.appender.append(adds()) for _ in range(25)))
    async with one.pool.connection() as connection:
        log, last = LogReader(connection), 0
        positions, sizes = list[int](), list[int]()
        while (page := await log.page(last, 10)).last > last:
            positions += [event.position for _, event in page.events]
            sizes.append(len(page.events))
            last = page.last
        assert positions == list(range(1, await log.head() + 1))
        assert set(sizes[:-1]) == {10}


async def test_a_page_of_other_kinds_reaches_as_far_and_has_no_events(one: Process):
    await asyncio.gather(*(one.appender.append(adds()) for _ in range(3)))
    async with one.pool.connection() as connection:
        log = LogReader(connection)
        head = await log.head()
        assert await log.page(head - 3, 10, kinds=["webhook"]) == ([], head)
        assert len((await log.page(head - 3, 10, kinds=["contact"])).events) == 3


@pytest.mark.parametrize(("most", "sizes"), [(STREAM_BYTES, [3]), (1, [1, 1, 1])])
async def test_events_at_positions_are_read_in_pages_of_bytes(
    one: Process, monkeypatch: pytest.MonkeyPatch, most: int, sizes: list[int]
):
    monkeypatch.setattr(reader, "AT_POSITIONS", AT_POSITIONS.replace(str(STREAM_BYTES), str(most)))
    await asyncio.gather(*(one.appender.append(adds()) for _ in range(4)))
    async with one.pool.connection() as connection:
        log = LogReader(connection)
        head = await log.head()
        wanted = [head, head - 3, head - 1]
        pages = [page async for page in log.at([*wanted, head, head + 7])]
        assert [len(page) for page in pages] == sizes
        assert [event.position for page in pages for _, event in page] == sorted(wanted)
        assert [page async for page in log.at([])] == []


async def test_a_tenants_head_is_the_last_position_of_its_own(one: Process):
    tenant = uuid4().hex
    receipt = await one.appender.append(adds(stream(tenant)))
    await one.appender.append(adds())
    await one.appender.append(adds(stream(tenant + "-more")))
    (entity,) = receipt.entities.values()
    async with one.pool.connection() as connection:
        cursor = await connection.execute(tenant_head("%s"), (tenant, tenant))
        assert await cursor.fetchone() == (entity.position,)


async def test_an_unreadable_event_is_in_the_page_with_its_reason(database):
    ledger = prepare(database(), ())
    async with process(ledger, ()) as one:
        broken, fine = stream(), stream()
        await one.appender.append(adds(broken))
        await one.appender.append(adds(fine))
        spoil(ledger, broken)
        async with one.pool.connection() as connection:
            page = await LogReader(connection).page(0, 10)
    first, second = (event for _, event in page.events)
    assert isinstance(first, Unreadable)
    assert (first.stream, first.position) == (str(broken), 1)
    assert "added.v9" in first.reason
    assert isinstance(second, Recorded)
