"""A connection lost at any moment: what was acknowledged is there once, and nobody is told of a
conflict that there wasn't."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import count
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from application.errors import AppendError, VersionConflict
from application.ports import Answer, Receipt
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import adds, change, job, key, renamed, renames, stream
from tests.infrastructure.append.lines import PATIENCE, Line, open_line, told
from tests.infrastructure.append.proxy import Then
from tests.infrastructure.append.support import Hold, Process, prepare, process, until

pytestmark = pytest.mark.anyio


CUTS = [Then.CUT_BEFORE, Then.CUT_AFTER, Then.CUT_WHILE]


@pytest.fixture
async def line(ledger: str, make_directory) -> AsyncIterator[Line]:
    """A line whose process has appended before, so that its statements are prepared."""
    async with open_line(ledger, make_directory, patience=PATIENCE) as opened:
        await opened.one.appender.append(adds())
        yield opened


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.name)
async def test_a_commit_cut_at_any_point_is_carried_out_once_and_gets_its_receipt(
    line: Line, cut: Then
):
    name, text = stream(), uuid4().hex
    line.proxy.watch(text, cut)
    receipt = await line.one.appender.append(adds(name, text))
    assert line.proxy.happened == 1
    assert line.has(name) == 1
    entity = receipt.entities[name]
    read = await line.one.log.load(name, fresh=True)
    assert read == entity


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.name)
async def test_a_batch_cut_at_any_point_gets_the_receipts_and_conflicts_of_one_that_wasnt(
    line: Line, held: Hold, cut: Then
):
    ann = (await line.one.appender.append(adds())).entities.popitem()[1]
    text = uuid4().hex
    jobs = [adds(), renames(ann, "Bea"), renames(ann, "Cleo"), adds(called=text), adds()]
    async with held() as waited_for:
        first = asyncio.create_task(line.one.appender.append(adds()))
        await waited_for()
        tasks = [asyncio.create_task(line.one.appender.append(each)) for each in jobs]
        await until(lambda: line.one.appender.queued == len(jobs))
        line.proxy.watch(text, cut)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await first
    assert line.proxy.happened == 1
    names = [type(result).__name__ for result in results]
    assert names == ["Receipt", "Receipt", "VersionConflict", "Receipt", "Receipt"]
    check_log(line.ledger)


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.name)
async def test_a_keyed_command_cut_at_any_point_has_one_effect_and_one_answer(
    line: Line, cut: Then
):
    name, text, keyed = stream(), uuid4().hex, key(uuid4().hex)
    line.proxy.watch(text, cut)
    receipts = [
        await line.one.appender.append(
            adds(name, text, key=keyed, answer=lambda _: Answer(201, (), text))
        )
        for _ in range(2)
    ]
    assert [told(receipt) for receipt in receipts] == [Answer(201, (), text)] * 2
    assert receipts[0].replayed is None or cut is not Then.CUT_BEFORE
    assert line.has(name) == 1


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.name)
async def test_a_keyed_command_that_changes_nothing_cut_at_any_point_gets_its_answer(
    line: Line, cut: Then
):
    text, keyed = uuid4().hex, key(uuid4().hex)
    line.proxy.watch(text, cut)
    receipt = await line.one.appender.append(job(key=keyed, answer=lambda _: Answer(200, (), text)))
    assert line.proxy.happened == 1
    assert told(receipt) == Answer(200, (), text)
    assert await line.one.log.answered(keyed) == Answer(200, (), text)


async def test_a_connection_lost_while_the_commit_is_still_running_is_waited_for(
    database, make_directory
):
    """The lost transaction holds the append lock until it has ended one way or the other."""
    ledger = prepare(database(), ())
    with psycopg.connect(ledger) as connection:
        connection.execute("""
            CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$""")
        connection.execute(
            "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON stored_events "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()"
        )
    async with open_line(ledger, make_directory, patience=PATIENCE) as line:
        await line.one.appender.append(adds())
        name, text = stream(), uuid4().hex
        line.proxy.watch(text, Then.CUT_WHILE)
        await line.one.appender.append(adds(name, text))
        assert line.proxy.happened == 1
        assert line.has(name) == 1


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: cut.name)
async def test_a_commit_that_was_cut_stays_in_doubt_until_the_database_is_back(
    line: Line, cut: Then
):
    name, text = stream(), uuid4().hex
    line.proxy.watch(text, cut)
    appending = asyncio.create_task(line.one.appender.append(adds(name, text)))
    await until(lambda: line.proxy.happened)
    await asyncio.sleep(0.01)
    await line.proxy.close()
    await asyncio.sleep(0.3)
    await line.proxy.open()
    assert isinstance(await appending, Receipt)
    assert line.has(name) == 1


def always(answer: bool):
    async def was_committed(*_: object) -> bool:
        return answer

    return was_committed


async def test_a_mutant_that_repeats_without_looking_tells_of_a_conflict_there_wasnt(
    line: Line, monkeypatch
):
    monkeypatch.setattr("infrastructure.append.flusher.was_committed", always(False))
    text = uuid4().hex
    line.proxy.watch(text, Then.CUT_AFTER)
    with pytest.raises(VersionConflict):
        await line.one.appender.append(adds(called=text))


async def test_a_mutant_that_takes_it_for_granted_acknowledges_what_isnt_there(
    line: Line, monkeypatch
):
    monkeypatch.setattr("infrastructure.append.flusher.was_committed", always(True))
    name, text = stream(), uuid4().hex
    line.proxy.watch(text, Then.CUT_BEFORE)
    await line.one.appender.append(adds(name, text))
    assert line.has(name) == 0


async def test_another_process_that_took_the_stream_meanwhile_is_a_conflict_and_not_ours(
    line: Line, other: Process
):
    """The event that stands at our place is told from ours by its id."""
    name, text = stream(), uuid4().hex
    line.proxy.watch(text, Then.CUT_BEFORE)
    mine = asyncio.create_task(line.one.appender.append(adds(name, text)))
    while not line.proxy.happened:  # noqa: ASYNC110 - a race is what is wanted
        await asyncio.sleep(0)
    results = await asyncio.gather(mine, other.appender.append(adds(name)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "VersionConflict"]
    assert line.has(name) == 1


# Under load


async def test_a_backend_killed_at_random_moments_loses_and_doubles_nothing(ledger: str):
    """Twelve callers rename their contacts, each going on from its last receipt, while the
    flusher's backend is terminated again and again: mostly after a batch has landed, sometimes
    before the one that it was terminated in. They don't rest before it often was."""
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    kills = 0

    async def kill(admin: AsyncConnection, one: Process) -> None:
        nonlocal kills
        while True:
            written = one.appender.counts.batches
            deadline = monotonic() + chance.expovariate(20)
            while one.appender.counts.batches == written and monotonic() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            await asyncio.sleep(chance.uniform(0, 0.03))
            connection = one.flusher._connection
            if connection is None or connection.broken:
                continue
            pid = connection._pg.backend_pid
            cursor = await admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
            kills += bool((await cursor.fetchone() or [False])[0])

    async def go_on(one: Process, number: int) -> tuple[str, int]:
        name = stream()
        receipt = await one.appender.append(adds(name, f"{number}"))
        entity = receipt.entities[name]
        while entity.version < 60 or kills <= 20:
            events = [renamed(entity.state.details.name, f"{number} {entity.version}")]
            receipt = await one.appender.append(job(change(name, entity, *events)))
            entity = receipt.entities[name]
        return str(name), entity.version

    async with (
        process(ledger, ()) as one,
        await AsyncConnection.connect(ledger, autocommit=True) as admin,
    ):
        killer = asyncio.create_task(kill(admin, one))
        try:
            heads = await asyncio.gather(*(go_on(one, number) for number in range(12)))
        finally:
            killer.cancel()
    log = check_log(ledger)
    for name, version in heads:
        assert [v for stream_, v in log if stream_ == name] == list(range(1, version + 1)), seed


async def test_a_line_cut_at_random_moments_loses_and_doubles_nothing(line: Line):
    """As above, but it is the network that fails, so that the server may have committed. Nobody
    rests before it often did."""
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    acknowledged: list[str] = []

    async def cut() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.01, 0.05))
            if line.proxy.awaited is None:
                line.proxy.watch(" cut", chance.choice(CUTS))

    async def go_on(number: int) -> None:
        for turn in count():
            if turn >= 60 and line.proxy.happened > 10:
                return
            name = stream()
            await line.one.appender.append(adds(name, f"{number}.{turn} cut"))
            acknowledged.append(str(name))

    cutter = asyncio.create_task(cut())
    try:
        await asyncio.gather(*(go_on(number) for number in range(10)))
    except AppendError as error:
        raise AssertionError(f"{error!r} (seed {seed})") from error
    finally:
        cutter.cancel()
    log = check_log(line.ledger)
    assert len(acknowledged) >= 600
    assert all(log.count((name, 1)) == 1 for name in acknowledged), seed
