"""The projector: feeds the read models behind the append, one owner at a time, for ever."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from infrastructure.following.follower import Follower
from infrastructure.postgres.locks import PROJECTOR_LOCK
from infrastructure.projecting.projectors import projector
from infrastructure.projecting.rebuild import rebuild
from projections.read_model import ReadModel
from tests.infrastructure.projecting.support import (
    BEHIND,
    Ledger,
    caught_up_with_log,
    eventually,
    kill,
    ledger,
)

pytestmark = pytest.mark.anyio

OWNER = (
    "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
    f"AND objid = {PROJECTOR_LOCK} "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)


@asynccontextmanager
async def running(
    conninfo: str, models: Sequence[ReadModel] = BEHIND, page_size: int = 1000
) -> AsyncIterator[Follower]:
    one = projector(conninfo, models, page_size=page_size)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


async def owned(*followers: Follower) -> Follower:
    async def one() -> bool:
        # Whose connection was killed takes a moment to notice that it is the owner no longer.
        return sum(one.owner for one in followers) == 1

    await eventually(one)
    (owner,) = (one for one in followers if one.owner)
    return owner


async def test_events_before_the_start_are_projected_page_by_page(opened: Ledger):
    await opened.log_many(50)
    async with running(opened.conninfo, page_size=7):
        await caught_up_with_log(opened, "activity", "tactic_use")
    assert await opened.counted() == 50


async def test_events_appended_while_running_are_projected(opened: Ledger):
    async with running(opened.conninfo):
        for _ in range(3):
            await opened.log_many(20)
            await asyncio.sleep(0.06)
        await caught_up_with_log(opened, "activity")
    assert await opened.counted() == 60


async def test_events_of_its_own_process_are_projected_without_reading(conninfo: str):
    one = projector(conninfo, BEHIND)
    async with ledger(conninfo, committed=[one.committed]) as opened:
        await one.start()
        await owned(one)
        call = await opened.log("Call")
        await opened.log_many(30)
        call = await opened.amend(call, word="ring")
        await opened.delete(call)
        await caught_up_with_log(opened, "activity")
        await one.stop()
        assert await opened.counted() == 30


async def test_other_processes_appends_are_projected_between_its_own(conninfo: str):
    one = projector(conninfo, BEHIND)
    async with (
        ledger(conninfo, committed=[one.committed]) as own,
        ledger(conninfo) as other,
    ):
        await one.start()
        await owned(one)
        for _ in range(10):
            await asyncio.gather(own.log_many(5), other.log_many(5))
        await other.log()
        await caught_up_with_log(own, "activity")
        await one.stop()
        assert await own.counted() == 101


async def test_a_model_that_is_not_of_its_version_is_left_alone(opened: Ledger):
    await opened.log_many(3)
    async with opened.pool.connection() as connection:
        await connection.execute("UPDATE checkpoints SET version = '?' WHERE name = 'activity'")
    async with running(opened.conninfo):
        await caught_up_with_log(opened, "tactic_use")
    assert await opened.checkpoint("activity") == 0
    assert await opened.counted() == 0


async def test_an_owner_that_is_out_of_date_makes_way_for_one_that_is_not(opened: Ledger):
    newer = [replace(model, version=99) for model in BEHIND]
    async with running(opened.conninfo) as old:
        await owned(old)
        async with running(opened.conninfo, newer) as new:
            await rebuild(opened.conninfo, newer)
            await opened.log_many(5)
            await caught_up_with_log(opened, "activity", "tactic_use")
            assert await owned(old, new) is new
    assert await opened.counted() == 5


async def test_two_processes_have_one_owner(opened: Ledger):
    async with running(opened.conninfo) as one, running(opened.conninfo) as other:
        await owned(one, other)
        await opened.log_many(20)
        await caught_up_with_log(opened, "activity")
        assert [one.owner, other.owner].count(True) == 1
    assert await opened.counted() == 20


async def test_another_runner_takes_over_when_the_owner_ends(opened: Ledger):
    async with running(opened.conninfo) as one:
        await owned(one)
        async with running(opened.conninfo) as other:
            await one.stop()
            await opened.log_many(20)
            assert await owned(one, other) is other
            await caught_up_with_log(opened, "activity")
    assert await opened.counted() == 20


async def test_projecting_goes_on_when_the_owners_connection_is_killed(opened: Ledger):
    async with running(opened.conninfo) as one, running(opened.conninfo) as other:
        await owned(one, other)
        for _ in range(3):
            await opened.log_many(10)
            # One whose connection was killed may still be called the owner: nobody may be yet.
            await eventually(lambda: kill(opened.conninfo, OWNER))
            await opened.log_many(10)
            await caught_up_with_log(opened, "activity")
            await owned(one, other)
    assert await opened.counted() == 60


async def test_a_missing_table_parks_nobody_and_is_waited_for(opened: Ledger):
    async with opened.pool.connection() as connection:
        await connection.execute("ALTER TABLE activity RENAME TO mislaid")
        async with running(opened.conninfo):
            await opened.log_many(5)
            await asyncio.sleep(0.2)
            await connection.execute("ALTER TABLE mislaid RENAME TO activity")
            await caught_up_with_log(opened, "activity")
    assert await opened.parked() == []
    assert await opened.counted() == 5


async def test_sums_are_right_however_often_connections_are_killed(opened: Ledger):
    async with running(opened.conninfo, page_size=3) as one, running(opened.conninfo) as other:
        await owned(one, other)

        async def killing() -> None:
            while True:
                await kill(opened.conninfo, OWNER)
                await asyncio.sleep(0.03)

        task = asyncio.create_task(killing())
        for _ in range(5):
            await opened.log_many(20)
            await asyncio.sleep(0.1)
        task.cancel()
        await caught_up_with_log(opened, "activity", "tactic_use")
    assert await opened.counted() == 100
