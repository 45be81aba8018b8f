"""Callers go on in two cohorts where commits are quick, and together where they are slow; either
way each is told once, and not before what it appended is in the log."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from application.errors import Unavailable
from application.ports import Receipt
from infrastructure.append.cohorts import SHARE, Cohorts
from infrastructure.append.flusher import Flusher, Verdict
from infrastructure.append.plan import Prepared
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import adds, stream
from tests.infrastructure.append.support import Hold, Process, process, until

pytestmark = pytest.mark.anyio

TURN = 0.001
"""What a caller does between two appends, in seconds."""


def after(commit: float, callers: int = 32, *, batches: int = 1) -> Cohorts:
    """What is decided once batches of so many callers were written, the commit of each in this
    time."""
    cohorts = Cohorts()
    for _ in range(batches):
        size = (callers + 1) // 2 if cohorts.two else callers
        cohorts.went_on(size, size * TURN)
        cohorts.landed(size, size * TURN * SHARE + commit)
    return cohorts


@pytest.mark.parametrize("batches", [1, 2, 3, 10])
def test_callers_whose_commits_are_quick_go_on_in_two_cohorts(batches: int):
    assert after(commit=0.002, batches=batches).two


@pytest.mark.parametrize("batches", [1, 2, 3, 10])
def test_callers_whose_commits_are_slow_go_on_together(batches: int):
    assert not after(commit=0.1, batches=batches).two


@pytest.mark.parametrize("commit", [0, 0.0001, 0.002, 0.1])
def test_a_single_caller_is_one_cohort(commit: float):
    assert not after(commit, callers=1, batches=3).two


def test_commits_that_become_slow_bring_the_cohorts_together():
    cohorts = after(commit=0.002)
    cohorts.landed(16, 16 * TURN * SHARE + 0.1)
    assert not cohorts.two


def test_cohorts_are_undecided_before_the_first_turn():
    cohorts = Cohorts()
    cohorts.went_on(0, 1.0)
    cohorts.landed(32, 0.002)
    assert not cohorts.two


# Through the door


class Fixed(Cohorts):
    """Decided once and for all."""

    decided = False

    def landed(self, callers: int, seconds: float) -> None:
        self.two = self.decided


class Two(Fixed):
    decided = True


class Witness(Flusher):
    """Notes what has been written when it has been."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.written: set[str] = set()
        self.sizes: list[int] = []

    async def write(self, batch: Sequence[Prepared]) -> list[Verdict]:
        verdicts = await super().write(batch)
        self.sizes.append(len(batch))
        self.written |= {change.name for each in batch for change in each.job.changes}
        return verdicts


@pytest.fixture(params=[Fixed, Two], ids=["together", "in two cohorts"])
async def one(ledger: str, request, monkeypatch) -> AsyncIterator[Process]:
    monkeypatch.setattr("infrastructure.append.group_commit.Cohorts", request.param)
    async with process(ledger, (), flusher=Witness, alone=0) as opened:
        yield opened


async def test_a_caller_is_answered_only_once_its_events_are_in_the_log(ledger: str, one: Process):
    written = one.flusher.written  # type: ignore[attr-defined]
    told: list[str] = []

    async def call() -> None:
        for _ in range(20):
            name = stream()
            receipt = await one.door.append(adds(name))
            assert str(name) in written
            assert receipt.entities[str(name)].version == 1
            told.append(str(name))

    async with asyncio.timeout(60):
        await asyncio.gather(*(call() for _ in range(24)))
    assert len(told) == len(set(told)) == 24 * 20
    assert set(told) <= {name for name, _ in check_log(ledger)}


async def test_each_caller_of_a_batch_gets_its_own_receipt(one: Process, held: Hold):
    """However the batches are cut, and whether or not anybody goes on."""
    twice = stream()
    names = [stream(), twice, stream(), twice, stream()]
    async with held() as waited_for:
        first = asyncio.create_task(one.door.append(adds()))
        await waited_for()
        tasks = [asyncio.create_task(one.door.append(adds(name))) for name in names]
        await until(lambda: one.door.queued == len(names))
        assert not first.done()
    results = await asyncio.gather(first, *tasks, return_exceptions=True)
    kinds = [type(result).__name__ for result in results]
    assert kinds == ["Receipt"] * 4 + ["VersionConflict", "Receipt"]
    for name, result in zip(names, results[1:], strict=True):
        assert not isinstance(result, Receipt) or set(result.entities) == {str(name)}


async def test_two_cohorts_take_turns(ledger: str, monkeypatch):
    """While one waits for its commit, the other gets ready: batches of about half of all."""
    monkeypatch.setattr("infrastructure.append.group_commit.Cohorts", Two)
    async with process(ledger, (), flusher=Witness) as one:

        async def call() -> None:
            for _ in range(10):
                await one.door.append(adds())

        await asyncio.gather(*(call() for _ in range(20)))
        sizes = one.flusher.sizes  # type: ignore[attr-defined]
        assert sum(sizes) == 200
        assert sizes.count(10) >= 10


async def test_stopping_writes_all_queued_jobs_and_answers_their_callers(
    ledger: str, one: Process, held: Hold
):
    names = [stream() for _ in range(9)]
    async with held() as waited_for:
        first = asyncio.create_task(one.door.append(adds()))
        await waited_for()
        tasks = [asyncio.create_task(one.door.append(adds(name))) for name in names]
        await until(lambda: one.door.queued == len(names))
        stopping = asyncio.create_task(one.door.stop())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await one.door.append(adds())
    async with asyncio.timeout(60):
        await stopping
        results = await asyncio.gather(first, *tasks)
    assert all(isinstance(result, Receipt) for result in results)
    assert {(str(name), 1) for name in names} <= set(check_log(ledger))


async def test_stopping_leaves_no_caller_waiting(ledger: str, one: Process):
    landed: list[str] = []

    async def call() -> None:
        while True:
            name = stream()
            await one.door.append(adds(name))
            landed.append(str(name))

    callers = [asyncio.create_task(call()) for _ in range(12)]
    await until(lambda: len(landed) > 100)
    async with asyncio.timeout(60):
        await one.door.stop()
        results = await asyncio.gather(*callers, return_exceptions=True)
    assert {type(result) for result in results} == {Unavailable}
    assert {(name, 1) for name in landed} <= set(check_log(ledger))
    assert set(landed) == one.flusher.written  # type: ignore[attr-defined]
