"""An append that goes out at once may reach the server after it was looked for, because nothing it
said before holds the lock. What was looked for and isn't in the log can't get there any more."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from uuid_utils.compat import uuid7

from application.errors import VersionConflict
from application.ports import Answer, Job
from infrastructure.append import flusher, outcome
from infrastructure.append.attempt import Attempt
from infrastructure.append.outcome import was_committed
from infrastructure.append.plan import Plan, prepare
from infrastructure.append.transaction import EXPECT, ROLLBACK
from infrastructure.postgres.pipeline import Command, PipelineConnection, Rows
from tests.infrastructure.append.alone import alone, listen
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import adds, job, key, stream
from tests.infrastructure.append.support import Process

pytestmark = pytest.mark.anyio

NOTHING = "SELECT $1::text"


@pytest.fixture
async def one(ledger: str) -> AsyncIterator[Process]:
    async with alone(ledger) as opened:
        yield opened


@pytest.fixture
async def line(ledger: str) -> AsyncIterator[PipelineConnection]:
    """Another connection of the process."""
    connection = await PipelineConnection.connect(ledger)
    yield connection
    await connection.close()


@pytest.fixture
async def late(ledger: str) -> AsyncIterator[PipelineConnection]:
    """The connection on which words were on their way when it was given up."""
    connection = await PipelineConnection.connect(ledger)
    yield connection
    await connection.close()


async def test_an_attempt_that_wrote_nothing_is_never_in_doubt(line: PipelineConnection):
    assert await was_committed(line, Plan(datetime.now(UTC), 5))


class Silent:
    """A line on which nothing arrives, and that is lost."""

    broken = True
    said: Sequence[Command] = ()

    async def run(self, commands: Sequence[Command]) -> list[Rows]:
        self.said = commands
        raise psycopg.OperationalError("lost")


async def lost(one: Process, command: Job) -> tuple[Plan, Sequence[Command]]:
    """An append that went out at once and didn't arrive: what it planned, and its words."""
    silent = Silent()
    attempt = Attempt([prepare(command, uuid7)], (), lambda: datetime.now(UTC), one.flusher._end)
    with pytest.raises(psycopg.OperationalError):
        await attempt.together(silent)  # type: ignore[arg-type]
    assert attempt.committing is not None
    assert EXPECT in [sql for sql, _ in silent.said]
    return attempt.committing, silent.said


async def test_words_that_arrive_after_they_were_looked_for_come_too_late(
    ledger: str, one: Process, line: PipelineConnection, late: PipelineConnection
):
    before = check_log(ledger)
    plan, words = await lost(one, adds())
    assert not await was_committed(line, plan)
    with pytest.raises(psycopg.Error, match="the log has gone on"):
        await late.run(words)
    assert check_log(ledger) == before


async def test_a_keyed_command_that_changes_nothing_comes_too_late_as_well(
    one: Process, line: PipelineConnection, late: PipelineConnection
):
    keyed = key(uuid4().hex)
    plan, words = await lost(one, job(key=keyed, answer=lambda _: Answer(200)))
    assert not await was_committed(line, plan)
    with pytest.raises(psycopg.Error, match="the log has gone on"):
        await late.run(words)
    assert await one.log.answered(keyed) is None


async def test_words_that_arrive_before_they_are_looked_for_are_found(
    ledger: str, one: Process, line: PipelineConnection, late: PipelineConnection
):
    before = check_log(ledger)
    name = stream()
    plan, words = await lost(one, adds(name))
    await late.run(words)
    for _ in range(2):  # however often they are
        assert await was_committed(line, plan)
    assert check_log(ledger) == [*before, (str(name), 1)]


async def test_words_that_are_being_carried_out_are_waited_for(
    one: Process, line: PipelineConnection, late: PipelineConnection
):
    plan, words = await lost(one, adds())
    *most, commit = words
    await late.run(most)
    looking = asyncio.create_task(was_committed(line, plan))
    await asyncio.sleep(0.05)
    assert not looking.done()
    await late.run([commit])
    assert await looking


async def test_an_abandoned_attempt_is_in_nobodys_way(
    one: Process, line: PipelineConnection, late: PipelineConnection
):
    """Not even in that of the same append, once it is tried again."""
    name = stream()
    plan, words = await lost(one, adds(name))
    assert not await was_committed(line, plan)
    said = listen(one)
    await one.door.append(adds(name))
    assert len(said.trips) == 1
    with pytest.raises(psycopg.Error):
        await late.run(words)
    await late.run([ROLLBACK])


# Through a process, whose caller sends again what it was told isn't there


@pytest.fixture
def delayed(one: Process, late: PipelineConnection, monkeypatch) -> list[bool]:
    """The next append is lost on its way, and arrives once it was looked for; whether it did so in
    vain."""
    connection = one.flusher._connection
    assert connection is not None
    words: list[Command] = []
    in_vain: list[bool] = []

    async def swallow(commands: Sequence[Command]) -> list[Rows]:
        words.extend(commands)
        connection._pg.finish()
        raise psycopg.OperationalError("lost")

    async def look(line: PipelineConnection, plan: Plan) -> bool:
        found = await was_committed(line, plan)
        try:
            await late.run(words)
        except psycopg.Error:
            await late.run([ROLLBACK])
            in_vain.append(True)
        else:
            in_vain.append(False)
        return found

    monkeypatch.setattr(connection, "run", swallow)
    monkeypatch.setattr(flusher, "was_committed", look)
    return in_vain


def count(ledger: str, text: str) -> int:
    """How many events say so."""
    with psycopg.connect(ledger) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM stored_events WHERE strpos(convert_from(state, 'UTF8'), %s) > 0",
            (text,),
        ).fetchone()
    return rows[0] if rows else 0


async def test_an_append_that_is_repeated_while_its_words_are_on_their_way_is_there_once(
    ledger: str, one: Process, delayed: list[bool]
):
    text = uuid4().hex
    assert await one.door.append(adds(called=text))
    assert delayed == [True]
    assert count(ledger, text) == 1
    check_log(ledger)


async def test_a_mutant_that_doesnt_abandon_tells_of_a_conflict_with_oneself(
    ledger: str, one: Process, delayed: list[bool], monkeypatch
):
    monkeypatch.setattr(outcome, "ABANDON", NOTHING)
    text = uuid4().hex
    with pytest.raises(VersionConflict):
        await one.door.append(adds(called=text))
    await one.door.append(adds(called=text))  # as whoever is told so would do
    assert delayed == [False]
    assert count(ledger, text) == 2
