"""Reading the log: in order, to its end, and past what can't be read."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from application.entity import Recorded
from infrastructure.log.reader import Unreadable, head, read_log, read_page, tenant_head
from tests.infrastructure.append.jobs import added, adds, change, job, renamed, stream
from tests.infrastructure.append.support import Process, prepare, process

pytestmark = pytest.mark.anyio


async def test_an_empty_log_has_no_head_and_no_pages(database):
    ledger = prepare(database(), ())
    async with await AsyncConnection.connect(ledger) as connection:
        assert await head(connection) == 0
        assert [page async for page in read_log(connection)] == []


async def test_pages_follow_each_other_without_gap_or_repeat(one: Process):
    await asyncio.gather(*(one.door.append(adds()) for _ in range(25)))
    async with one.pool.connection() as connection:
        pages = [page async for page in read_log(connection, page_size=10)]
        positions = [event.position for page in pages for event in page]
        assert positions == list(range(1, await head(connection) + 1))
        assert {len(page) for page in pages[:-1]} == {10}
        assert await read_page(connection, positions[-1], 10) == []


async def test_a_tenants_head_is_the_last_position_of_its_own(one: Process):
    tenant = uuid4().hex
    receipt = await one.door.append(adds(stream(tenant)))
    await one.door.append(adds())
    await one.door.append(adds(stream(tenant + "-more")))
    (entity,) = receipt.entities.values()
    async with one.pool.connection() as connection:
        cursor = await connection.execute(tenant_head("%s"), (tenant, tenant))
        assert await cursor.fetchone() == (entity.position,)


async def test_an_unreadable_event_is_in_the_page_with_its_reason(database):
    ledger = prepare(database(), ())
    async with process(ledger, ()) as one:
        broken, fine = stream(), stream()
        await one.door.append(adds(broken))
        await one.door.append(adds(fine))
        spoil(ledger, broken)
        async with one.pool.connection() as connection:
            first, second = await read_page(connection, 0, 10)
    assert isinstance(first, Unreadable)
    assert (first.stream, first.position) == (str(broken), 1)
    assert "added.v9" in first.reason
    assert isinstance(second, Recorded)


# Loading streams


async def test_an_unreadable_stream_fails_its_own_readers_alone(database):
    """Those asked for at the same time share its statement."""
    ledger = prepare(database(), ())
    async with process(ledger, ()) as one:
        names = [stream() for _ in range(8)]
        for name in names:
            await one.door.append(adds(name))
        spoil(ledger, names[3])
        results = await asyncio.gather(
            *(one.log.load([name], fresh=True) for name in names), return_exceptions=True
        )
    assert [n for n, result in enumerate(results) if isinstance(result, BaseException)] == [3]
    assert isinstance(results[3], ValueError)


async def test_entities_come_in_the_order_they_were_asked_for(one: Process):
    ann, nobody = stream(), stream()
    two_events = job(change(ann, None, added("Ann"), renamed("Ann", "Bea")))
    await one.door.append(two_events)
    found = await one.log.load([nobody, ann, nobody], fresh=True)
    assert [entity and entity.version for entity in found] == [None, 2, None]


async def test_a_contact_is_remembered_until_an_append_finds_it_old(one: Process, other: Process):
    name = stream()
    receipt = await one.log.append(adds(name))
    ann = receipt.entities[str(name)]
    (remembered,) = await one.log.load([name], fresh=False)
    assert remembered is ann
    (seen,) = await other.log.load([name], fresh=False)
    assert seen == ann


async def test_the_memory_is_bounded(one: Process, monkeypatch):
    monkeypatch.setattr("infrastructure.append.entities.MOST_CACHED", 3)
    for _ in range(10):
        await one.log.append(adds())
    assert len(one.log._cache) == 3


def spoil(ledger: str, name) -> None:
    """Make its first event one of a type that nobody knows, as a newer kith might have."""
    with psycopg.connect(ledger) as connection:
        connection.execute(
            "UPDATE stored_events SET topic = 'kith.contact.added.v9' "
            "WHERE originator_id = %s AND originator_version = 1",
            (str(name),),
        )
