"""Who has been the only one to append for a while appends in one round trip, and may be wrong about
being alone: whatever others did in between, it comes out as if it had looked first."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from application.entity import Entity
from application.errors import VersionConflict
from application.ports import Answer, Job, Receipt
from tests.infrastructure.append.alone import Said, alone, listen
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import adds, key, renames, stream
from tests.infrastructure.append.support import Hold, Process, prepare, process, until
from tests.infrastructure.append.writing import Unexpecting

pytestmark = pytest.mark.anyio

NOW = datetime(2024, 1, 10, 14, 30, tzinfo=UTC)


@pytest.fixture
async def one(ledger: str) -> AsyncIterator[Process]:
    async with alone(ledger) as opened:
        yield opened


@pytest.fixture
def said(one: Process) -> Said:
    return listen(one)


def entity(receipt: Receipt) -> Entity:
    (only,) = receipt.entities.values()
    return only


async def test_a_process_that_is_alone_appends_in_one_round_trip(one: Process, said: Said):
    ann = entity(await one.door.append(adds()))
    bea = entity(await one.door.append(renames(ann, "Bea")))
    await one.door.append(adds(relied_on={str(bea.stream): bea.version}, key=key(uuid4().hex)))
    assert len(said.trips) == said.at_once == 3


async def test_a_process_isnt_alone_before_so_many_batches_of_its_own_in_a_row(
    ledger: str, other: Process
):
    async with process(ledger, (), alone=2) as one:
        said = listen(one)
        for _ in range(4):
            await one.door.append(adds())
        # The first doesn't count: who knows whose the append before it was?
        assert (said.locked, said.at_once) == (3, 1)
        await other.door.append(adds())
        for _ in range(3):
            await one.door.append(adds())
        assert (said.locked, said.at_once) == (6, 2)
    check_log(ledger)


async def test_positions_go_on_where_another_process_appended_in_between(
    ledger: str, one: Process, other: Process, said: Said
):
    before = len(check_log(ledger))
    turns = (one, other, one, one, other, one)
    told = [entity(await each.door.append(adds())) for each in turns]
    assert [each.position for each in told] == list(range(before + 1, before + 7))
    assert check_log(ledger)[before:] == [(str(each.stream), 1) for each in told]
    assert (said.at_once, said.locked) == (4, 2)  # it was wrong twice


async def test_a_contact_another_process_changed_in_between_is_a_conflict(
    ledger: str, one: Process, other: Process
):
    ann = entity(await one.door.append(adds()))
    await other.door.append(renames(ann, "Bea"))
    with pytest.raises(VersionConflict):
        await one.door.append(renames(ann, "Cleo"))
    assert check_log(ledger)[-1] == (str(ann.stream), 2)


async def test_a_stream_another_process_began_in_between_is_a_conflict(
    ledger: str, one: Process, other: Process
):
    name = stream()
    await other.door.append(adds(name))
    with pytest.raises(VersionConflict):
        await one.door.append(adds(name))
    assert check_log(ledger)[-1] == (str(name), 1)


@pytest.mark.parametrize("who", ["one", "other"])
async def test_a_record_that_relies_on_a_contacts_former_version_is_a_conflict(
    ledger: str, one: Process, other: Process, who: str
):
    """Where it was this process that changed it, the log ends where it is expected to."""
    ann = entity(await one.door.append(adds()))
    await {"one": one, "other": other}[who].door.append(renames(ann, "Bea"))
    before = check_log(ledger)
    with pytest.raises(VersionConflict):
        await one.door.append(adds(relied_on={str(ann.stream): ann.version}))
    assert check_log(ledger) == before


async def test_a_mutant_that_expects_nothing_lets_a_record_rely_on_what_has_changed(ledger: str):
    async with alone(ledger, flusher=Unexpecting) as one:
        ann = entity(await one.door.append(adds()))
        await one.door.append(renames(ann, "Bea"))
        assert await one.door.append(adds(relied_on={str(ann.stream): ann.version}))


@pytest.mark.parametrize("who", ["one", "other"])
async def test_a_key_that_was_used_in_between_gives_its_answer_and_has_no_second_effect(
    ledger: str, one: Process, other: Process, who: str
):
    text = uuid4().hex

    def command() -> Job:
        return adds(key=key(text), answer=lambda _: Answer(201, (), text))

    await {"one": one, "other": other}[who].door.append(command())
    before = check_log(ledger)
    again = await one.door.append(command())
    assert again.replayed == Answer(201, (), text)
    assert check_log(ledger) == before


async def test_while_another_holds_the_append_lock_an_append_waits_and_then_lands(
    ledger: str, one: Process, said: Said, held: Hold
):
    name = stream()
    async with held() as waited_for:
        appending = asyncio.create_task(one.door.append(adds(name)))
        await waited_for()
        assert not appending.done()
        assert (str(name), 1) not in check_log(ledger)
    assert entity(await appending).position == len(check_log(ledger))
    assert (said.at_once, said.locked) == (1, 1)


async def test_jobs_queued_during_a_flush_are_one_batch_right_after(
    ledger: str, one: Process, said: Said, held: Hold
):
    """The conflicts within it are found as ever."""
    ann = entity(await one.door.append(adds()))
    jobs = [adds(), renames(ann, "Bea"), renames(ann, "Cleo"), adds()]
    async with held() as waited_for:
        first = asyncio.create_task(one.door.append(adds()))
        await waited_for()
        tasks = [asyncio.create_task(one.door.append(each)) for each in jobs]
        await until(lambda: one.door.queued == len(jobs))
    results = await asyncio.gather(first, *tasks, return_exceptions=True)
    names = [type(result).__name__ for result in results]
    assert names == ["Receipt", "Receipt", "Receipt", "VersionConflict", "Receipt"]
    assert said.at_once == 3
    check_log(ledger)


async def test_a_clock_that_goes_back_doesnt_take_the_recorded_time_with_it(database):
    """Neither one's own nor the time another recorded in between, from a clock that is ahead."""
    ledger = prepare(database(), ())
    ahead = NOW + timedelta(hours=5)
    clocks = iter([NOW, NOW + timedelta(hours=1), *(NOW - timedelta(hours=n) for n in range(9))])
    async with (
        alone(ledger, clock=lambda: next(clocks)) as one,
        process(ledger, (), clock=lambda: ahead) as other,
    ):
        for each in (one, one, other, one, one):
            await each.door.append(adds())
    assert len(check_log(ledger)) == 6
