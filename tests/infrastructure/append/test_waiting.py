"""Callers who wait for their appends: how many may, how many share a batch, which receipt each
gets, and what becomes of them when they leave or the appender stops."""

import asyncio
from collections.abc import Sequence

import pytest

from application.errors import Overloaded, Unavailable
from application.ports import Receipt
from infrastructure.append import group_commit
from infrastructure.append.sizes import EVENT
from projections.read_model import Step
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import adds, stream
from tests.infrastructure.append.support import Hold, Process, blocked, process, until

pytestmark = pytest.mark.anyio


async def test_a_full_queue_turns_callers_away_and_takes_them_again_later(ledger: str, held: Hold):
    async with process(ledger, (), longest_queue=6) as one:
        async with blocked(one, held):
            tasks = [asyncio.create_task(one.appender.append(adds())) for _ in range(3)]
            await until(lambda: one.appender.queued == 3)
            with pytest.raises(Overloaded):
                await one.appender.append(adds())
        assert len(await asyncio.gather(*tasks)) == 3
        await one.appender.append(adds())


async def test_a_queue_of_large_events_is_full_before_it_is_long(
    ledger: str, held: Hold, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(group_commit, "LARGEST_QUEUE", 600 + EVENT)
    async with process(ledger, ()) as one:
        async with blocked(one, held):
            task = asyncio.create_task(one.appender.append(adds(called="x" * 400)))
            await until(lambda: one.appender.queued == 1)
            with pytest.raises(Overloaded):
                await one.appender.append(adds(called="y" * 400))
        await task
        await one.appender.append(adds(called="z" * 500))


async def test_a_receipt_comes_after_its_commit(ledger: str):
    """Callers append one job after the other, as clients do."""
    written: set[str] = set()
    told: list[str] = []

    def committed(steps: Sequence[Step]) -> None:
        written.update(str(step.recorded.stream) for step in steps)

    async def call(one: Process) -> None:
        for _ in range(20):
            name = stream()
            receipt = await one.appender.append(adds(name))
            assert str(name) in written
            assert receipt.entities[name].version == 1
            told.append(str(name))

    async with process(ledger, (), committed=[committed]) as one, asyncio.timeout(60):
        await asyncio.gather(*(call(one) for _ in range(24)))
    assert len(told) == len(set(told)) == 24 * 20
    assert set(told) <= {name for name, _ in check_log(ledger)}


async def test_each_caller_of_a_batch_gets_its_own_receipt(one: Process, held: Hold):
    twice = stream()
    names = [stream(), twice, stream(), twice, stream()]
    async with blocked(one, held):
        tasks = [asyncio.create_task(one.appender.append(adds(name))) for name in names]
        await until(lambda: one.appender.queued == len(names))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    kinds = [type(result).__name__ for result in results]
    assert kinds == ["Receipt"] * 3 + ["VersionConflict", "Receipt"]
    for name, result in zip(names, results, strict=True):
        assert not isinstance(result, Receipt) or set(result.entities) == {name}


async def test_a_caller_who_goes_away_takes_nothing_back(ledger: str, one: Process, held: Hold):
    under_way, queued = stream(), stream()
    async with held() as waited_for:
        tasks = [asyncio.create_task(one.appender.append(adds(under_way)))]
        await waited_for()
        tasks += [asyncio.create_task(one.appender.append(adds(queued)))]
        await until(lambda: one.appender.queued == 1)
        for task in tasks:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    await one.appender.append(adds())
    assert {(str(under_way), 1), (str(queued), 1)} <= set(check_log(ledger))


async def test_stopping_writes_what_is_queued_and_what_is_under_way(ledger: str, held: Hold):
    names = [stream() for _ in range(20)]
    async with process(ledger, ()) as one:
        async with blocked(one, held):
            tasks = [asyncio.create_task(one.appender.append(adds(name))) for name in names]
            await until(lambda: one.appender.queued == 20)
            stopping = asyncio.create_task(one.appender.stop())
            await asyncio.sleep(0)
            with pytest.raises(Unavailable):
                await one.appender.append(adds())
        await stopping
        assert all(isinstance(receipt, Receipt) for receipt in await asyncio.gather(*tasks))
    assert {(str(name), 1) for name in names} <= set(check_log(ledger))


async def test_stopping_waits_for_a_commit_that_is_under_way(ledger: str, held: Hold):
    name = stream()
    async with process(ledger, ()) as one:
        async with held() as waited_for:
            last = asyncio.create_task(one.appender.append(adds(name)))
            await waited_for()
            stopping = asyncio.create_task(one.appender.stop())
            await asyncio.sleep(0.02)
        await stopping
        assert isinstance(await last, Receipt)
    assert (str(name), 1) in check_log(ledger)


async def test_a_stopped_appender_can_be_started_again(ledger: str):
    async with process(ledger, ()) as one:
        await one.appender.stop()
        with pytest.raises(Unavailable):
            await one.appender.append(adds())
        await one.appender.start()
        await one.appender.append(adds())


async def test_stopping_leaves_no_caller_waiting(ledger: str):
    landed: list[str] = []

    async def call(one: Process) -> None:
        while True:
            name = stream()
            await one.appender.append(adds(name))
            landed.append(str(name))

    async with process(ledger, ()) as one:
        callers = [asyncio.create_task(call(one)) for _ in range(12)]
        await until(lambda: len(landed) > 100)
        async with asyncio.timeout(60):
            await one.appender.stop()
            results = await asyncio.gather(*callers, return_exceptions=True)
    assert {type(result) for result in results} == {Unavailable}
    assert {(name, 1) for name in landed} <= set(check_log(ledger))


# Batches


async def test_batches_are_bounded_by_events_and_by_bytes(
    one: Process, held: Hold, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(group_commit, "MOST_BYTES", 1_600_000)
    sizes: list[int] = []
    one.appender.counts.sizes = sizes.append
    async with blocked(one, held):
        tasks = [asyncio.create_task(one.appender.append(adds())) for _ in range(1_200)]
        tasks += [
            asyncio.create_task(one.appender.append(adds(called="x" * 450))) for _ in range(800)
        ]
        await until(lambda: one.appender.queued == 2_000)
    await asyncio.gather(*tasks)
    assert sizes[:3] == [1, 500, 500]
    assert sum(sizes) == 2_001
    assert all(300 < size < 500 for size in sizes[4:-1])  # long ones are bounded by their bytes
    assert len(sizes) > 5
