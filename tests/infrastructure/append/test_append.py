"""Appending on PostgreSQL: positions, versions, times, and what is told of them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest

from application.errors import VersionConflict
from application.ports import Answer, Receipt
from infrastructure.append.group_commit import GroupCommit
from projections.read_model import Step
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import (
    added,
    adds,
    change,
    job,
    key,
    renamed,
    renames,
    stream,
)
from tests.infrastructure.append.support import Hold, Process, blocked, prepare, process, until

pytestmark = pytest.mark.anyio

NOW = datetime(2024, 1, 10, 14, 30, tzinfo=UTC)


def entity(receipt: Receipt):
    (only,) = receipt.entities.values()
    return only


async def test_an_appended_event_is_at_the_position_in_its_receipt(ledger: str, one: Process):
    receipts = await asyncio.gather(*(one.appender.append(adds()) for _ in range(50)))
    log = check_log(ledger)
    for receipt in receipts:
        told = entity(receipt)
        assert log[told.position - 1] == (str(told.stream), told.version)


async def test_a_log_can_be_read_again_as_it_was_told(one: Process):
    receipt = await one.appender.append(job(change(stream(), None, added(), renamed("Ann", "Bea"))))
    told = entity(receipt)
    read = await one.log.load(told.stream, fresh=True)
    assert read == told


async def test_two_appends_that_begin_one_stream_have_one_winner(
    ledger: str, one: Process, other: Process
):
    for processes in ((one, one), (one, other)):
        name = stream()
        results = await asyncio.gather(
            *(each.appender.append(adds(name)) for each in processes), return_exceptions=True
        )
        assert sorted(type(result).__name__ for result in results) == ["Receipt", "VersionConflict"]
    check_log(ledger)


async def test_a_stream_moved_by_another_process_is_a_conflict(one: Process, other: Process):
    ann = entity(await one.appender.append(adds()))
    await other.appender.append(renames(ann, "Bea"))
    with pytest.raises(VersionConflict) as conflict:
        await one.appender.append(renames(ann, "Cleo"))
    assert conflict.value.stream == ann.stream
    with pytest.raises(VersionConflict):
        await one.appender.append(adds(relied_on={ann.stream: 1}))
    await one.appender.append(adds(relied_on={ann.stream: 2}))


async def test_a_conflict_is_told_in_the_same_pass_as_the_receipts(one: Process, held: Hold):
    """Nobody waits for another batch to hear of having lost."""
    name = stream()
    async with blocked(one, held):
        tasks = [asyncio.create_task(one.appender.append(adds(name))) for _ in range(20)]
        await until(lambda: one.appender.queued == 20)
        before = one.appender.counts.batches
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(result, Receipt) for result in results) == 1
    assert one.appender.counts.batches == before + 2  # the one that was under way, and theirs


# Between processes


async def test_a_job_that_relies_on_a_changed_contact_is_a_conflict(
    ledger: str, one: Process, other: Process
):
    for who in (one, other):
        ann = entity(await one.appender.append(adds()))
        await who.appender.append(renames(ann, "Bea"))
        before = check_log(ledger)
        with pytest.raises(VersionConflict):
            await one.appender.append(adds(relied_on={ann.stream: ann.version}))
        assert check_log(ledger) == before


async def test_a_stream_begun_by_another_process_is_a_conflict(
    ledger: str, one: Process, other: Process
):
    name = stream()
    await other.appender.append(adds(name))
    with pytest.raises(VersionConflict):
        await one.appender.append(adds(name))
    assert check_log(ledger)[-1] == (str(name), 1)


async def test_positions_go_on_after_those_of_another_process(
    ledger: str, one: Process, other: Process
):
    before = len(check_log(ledger))
    turns = (one, other, one, one, other, one)
    told = [entity(await each.appender.append(adds())) for each in turns]
    assert [each.position for each in told] == list(range(before + 1, before + 7))


async def test_an_append_waits_while_another_process_holds_the_append_lock(
    ledger: str, one: Process, held: Hold
):
    name = stream()
    async with held() as waited_for:
        appending = asyncio.create_task(one.appender.append(adds(name)))
        await waited_for()
        assert not appending.done()
        assert (str(name), 1) not in check_log(ledger)
    assert entity(await appending).position == len(check_log(ledger))


# Time


async def test_recorded_times_never_go_back_though_the_clock_does(ledger: str):
    times = iter([NOW, NOW - timedelta(hours=1), NOW + timedelta(seconds=1), NOW])

    async with process(ledger, (), clock=lambda: next(times)) as one:
        start = max(NOW, entity(await one.appender.append(adds())).changed.time)
        recorded = [entity(await one.appender.append(adds())).changed.time for _ in range(3)]
    assert recorded == sorted(recorded)
    assert recorded[0] >= start
    check_log(ledger)


async def test_recorded_times_never_go_back_between_processes_whose_clocks_differ(database):
    ledger = prepare(database(), ())
    async with (
        process(ledger, (), clock=lambda: NOW + timedelta(minutes=5)) as ahead,
        process(ledger, (), clock=lambda: NOW) as behind,
    ):
        for _ in range(3):
            assert entity(await ahead.appender.append(adds())).changed.time == NOW + timedelta(
                minutes=5
            )
            assert entity(await behind.appender.append(adds())).changed.time == NOW + timedelta(
                minutes=5
            )
        await asyncio.gather(
            *(each.appender.append(adds()) for each in (ahead, behind) for _ in range(50))
        )
    check_log(ledger)


async def test_microseconds_survive_the_hand_over_of_the_clock(database):
    ledger = prepare(database(), ())
    odd = datetime(2262, 4, 11, 23, 47, 16, 854775, tzinfo=UTC)
    async with process(ledger, (), clock=lambda: odd) as one:
        await one.appender.append(adds())
    async with process(ledger, (), clock=lambda: NOW) as two:
        assert entity(await two.appender.append(adds())).changed.time == odd
    check_log(ledger)


# Whole and announced


async def test_a_job_larger_than_any_batch_is_appended_whole(ledger: str, one: Process):
    names = [f"Ann {number}" for number in range(1_500)]
    events = [renamed(old, new) for old, new in pairwise(names)]
    receipt = await one.appender.append(job(change(stream(), None, added(names[0]), *events)))
    assert entity(receipt).version == 1_500
    check_log(ledger)


async def test_every_commit_is_announced_and_a_deaf_ear_does_no_harm(ledger: str):
    heard: list[Step] = []

    def deaf(_: Sequence[Step]) -> None:
        raise ZeroDivisionError

    async with process(ledger, (), committed=[deaf, heard.extend]) as one:
        receipt = await one.appender.append(adds())
    assert heard[-1].recorded.position == entity(receipt).position


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
async def test_a_database_with_another_isolation_by_default_is_no_other_database(
    database, isolation: str, caplog
):
    """The view has to be newer than the lock, so the transaction's isolation is its own affair."""
    ledger = prepare(database(), ())
    with psycopg.connect(ledger, autocommit=True) as connection:
        connection.execute(
            f"ALTER DATABASE {connection.info.dbname} "
            f"SET default_transaction_isolation = '{isolation}'"
        )

    async def append_some(appender: GroupCommit) -> None:
        for _ in range(40):
            await appender.append(adds())

    async with process(ledger, ()) as one, process(ledger, ()) as other:
        await asyncio.gather(*(append_some(each.appender) for each in (one, other)))
    assert len(check_log(ledger)) == 80
    assert caplog.messages == []  # nothing had to be tried again


# Keys


async def test_a_key_is_one_effect_and_one_answer_across_processes(
    ledger: str, one: Process, other: Process
):
    def answer(_: Receipt) -> Answer:
        return Answer(201, (("Location", "/x"),), '{"name":"Jöhn 🙂"}')

    before = len(check_log(ledger))
    jobs = [adds(key=key("shared"), answer=answer) for _ in range(100)]
    receipts = await asyncio.gather(
        *(
            each.appender.append(one_job)
            for each, one_job in zip((one, other) * 50, jobs, strict=True)
        )
    )
    answers = {receipt.replayed or receipt.answer for receipt in receipts}
    assert answers == {Answer(201, (("Location", "/x"),), '{"name":"Jöhn 🙂"}')}
    assert sum(receipt.replayed is None for receipt in receipts) == 1
    assert len(check_log(ledger)) == before + 1
    assert await one.log.answered(key("shared")) in answers
    assert await one.log.answered(key("unknown")) is None
