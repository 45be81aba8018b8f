"""Tenants take turns in the queue of appends, and none fills it alone."""

import asyncio

import pytest

from application.errors import Overloaded
from infrastructure.append import group_commit
from infrastructure.append.turns import Turns
from tests.infrastructure.append.jobs import adds, stream
from tests.infrastructure.append.support import Hold, Process, blocked, process, until


def filled(*jobs: tuple[str, str]) -> Turns[str]:
    turns: Turns[str] = Turns(100, 1_000)
    for tenant, job in jobs:
        turns.add(tenant, job, 1)
    return turns


def taken(turns: Turns[str]) -> list[str]:
    return [turns.take() for _ in range(len(turns))]


def test_tenants_take_turns_and_a_tenants_jobs_stay_in_order():
    turns = filled(("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2"))
    assert taken(turns) == ["a1", "b1", "c1", "a2", "b2", "a3"]
    assert not turns


def test_a_tenant_who_comes_later_waits_for_one_job_of_each_other():
    turns = filled(*(("a", f"a{number}") for number in range(50)))
    turns.take()
    turns.add("b", "b1", 1)
    assert [turns.take(), turns.take()] == ["a1", "b1"]


def test_a_tenant_fills_half_of_the_room():
    turns: Turns[str] = Turns(4, 100)
    for number in range(2):
        assert not turns.is_full("a")
        turns.add("a", f"a{number}", 10)
    assert turns.is_full("a")
    assert not turns.is_full("b")
    assert not turns.has_room("a", 31)
    assert turns.has_room("a", 30)
    assert turns.has_room("b", 80)
    assert not turns.has_room("b", 81)


def test_a_job_larger_than_the_room_is_taken_where_nothing_waits():
    turns: Turns[str] = Turns(4, 100)
    assert turns.has_room("a", 500)
    turns.add("a", "a1", 500)
    assert not turns.has_room("a", 1)
    assert not turns.has_room("b", 1)


@pytest.mark.anyio
async def test_a_tenant_with_large_jobs_holds_nobody_elses_up(
    one: Process, held: Hold, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(group_commit, "MOST_BYTES", 1)  # a batch for each job
    order: list[str] = []

    async def append(tenant: str) -> None:
        await one.appender.append(adds(stream(tenant)))
        order.append(tenant)

    async with blocked(one, held):
        tasks = [asyncio.create_task(append("large")) for _ in range(20)]
        await until(lambda: one.appender.queued == 20)
        tasks.append(asyncio.create_task(append("small")))
        await until(lambda: one.appender.queued == 21)
    await asyncio.gather(*tasks)
    assert order.index("small") <= 2


@pytest.mark.anyio
async def test_a_tenant_whose_half_is_full_is_turned_away_alone(ledger: str, held: Hold):
    async with process(ledger, (), longest_queue=4) as one, blocked(one, held):
        tasks = [asyncio.create_task(one.appender.append(adds(stream("a")))) for _ in range(2)]
        await until(lambda: one.appender.queued == 2)
        with pytest.raises(Overloaded):
            await one.appender.append(adds(stream("a")))
        tasks.append(asyncio.create_task(one.appender.append(adds(stream("b")))))
        await until(lambda: one.appender.queued == 3)
    assert len(await asyncio.gather(*tasks)) == 3
