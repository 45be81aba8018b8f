"""A database that is away, for a while or for good: who waits, and what they are told."""

import asyncio
from uuid import uuid4

import pytest

from application.errors import OutcomeUnknown, Unavailable
from application.ports import Answer, Job, Receipt
from tests.infrastructure.append.jobs import adds, key, stream
from tests.infrastructure.append.lines import Line, open_line, persist, told
from tests.infrastructure.append.proxy import Then
from tests.infrastructure.append.support import until

pytestmark = pytest.mark.anyio


async def test_a_server_that_never_answers_is_given_up_with_the_outcome_unknown(
    ledger: str, make_directory
):
    async with open_line(ledger, make_directory, patience=2.5) as line:
        name, text = stream(), uuid4().hex
        line.proxy.watch(text, Then.HOLD)
        with pytest.raises(OutcomeUnknown):
            await line.one.appender.append(adds(name, text))
        await until(lambda: line.has(name))  # it did happen: unknown is all that could be said
        await persist(line, adds)


async def test_the_same_command_under_its_key_is_safe_after_an_unknown_outcome(
    ledger: str, make_directory
):
    async with open_line(ledger, make_directory, patience=2.5) as line:
        name, text, keyed = stream(), uuid4().hex, key(uuid4().hex)

        def command() -> Job:
            return adds(name, text, key=keyed, answer=lambda _: Answer(201, (), text))

        line.proxy.watch(text, Then.HOLD)
        with pytest.raises(OutcomeUnknown):
            await line.one.appender.append(command())
        assert told(await persist(line, command)) == Answer(201, (), text)
        assert line.has(name) == 1


async def test_callers_wait_while_the_database_is_away_and_lose_nothing(line: Line):
    names = [stream() for _ in range(5)]
    await line.proxy.close()
    tasks = [asyncio.create_task(line.one.appender.append(adds(name))) for name in names]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in tasks)
    await line.proxy.open()
    receipts = await asyncio.gather(*tasks)
    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    assert [line.has(name) for name in names] == [1] * 5


async def test_callers_of_an_absent_database_are_refused_later_ones_soon(
    ledger: str, make_directory
):
    async with open_line(ledger, make_directory, patience=1) as line:
        await line.proxy.close()
        with pytest.raises(Unavailable):
            await line.one.appender.append(adds())
        async with asyncio.timeout(40):
            for _ in range(80):  # not another second each
                with pytest.raises(Unavailable):
                    await line.one.appender.append(adds())
        await line.proxy.open()
        await persist(line, adds)


async def test_stopping_while_the_database_is_away_ends_and_tells_everybody(
    ledger: str, make_directory
):
    async with open_line(ledger, make_directory, patience=0.3) as line:
        await line.proxy.close()
        tasks = [asyncio.create_task(line.one.appender.append(adds())) for _ in range(1_200)]
        await asyncio.sleep(0.05)
        async with asyncio.timeout(60):
            await line.one.appender.stop()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {Unavailable}


async def test_reading_says_unavailable_while_the_database_is_away_and_reads_again_after(
    line: Line,
):
    name = stream()
    await line.one.appender.append(adds(name))
    await line.proxy.close()
    line.one.pool.timeout = 0.2
    with pytest.raises(Unavailable):
        await line.one.log.load(name, fresh=True)
    with pytest.raises(Unavailable):
        await line.one.log.answered(key("x"))
    await line.proxy.open()
    async with asyncio.timeout(60):
        while True:
            try:
                read = await line.one.log.load(name, fresh=True)
                break
            except Unavailable:
                await asyncio.sleep(0.05)
    assert read is not None
