"""The outcome of a commit whose connection was lost is read under the append lock."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from uuid_utils.compat import uuid7

from application.ports import Answer, Job
from infrastructure.append.batch import Batch, encode_job
from infrastructure.append.transaction import Attempt, was_committed
from infrastructure.postgres.pipeline import COMMIT, Command, PipelineConnection, Rows
from infrastructure.projecting.with_append import WithAppend
from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import adds, job, key, stream

pytestmark = pytest.mark.anyio


@pytest.fixture
async def line(ledger: str) -> AsyncIterator[PipelineConnection]:
    """The connection that looks."""
    connection = await PipelineConnection.connect(ledger)
    yield connection
    await connection.close()


@pytest.fixture
async def lost(ledger: str) -> AsyncIterator[PipelineConnection]:
    """The connection that the process has lost, and the server not yet."""
    connection = await PipelineConnection.connect(ledger)
    yield connection
    await connection.close()


async def appended(lost: PipelineConnection, command: Job) -> tuple[Batch, Sequence[Command]]:
    """A batch, and its last commands, which the process has sent and the server not yet read."""
    run = lost.run
    unread: list[Command] = []

    async def held_up(commands: Sequence[Command]) -> list[Rows]:
        if COMMIT in commands:
            unread.extend(commands)
            raise psycopg.OperationalError("lost")
        return await run(commands)

    lost.run = held_up  # type: ignore[method-assign]
    attempt = Attempt(
        [encode_job(command, uuid7, lambda *_: 0)], WithAppend([]), lambda: datetime.now(UTC)
    )
    with pytest.raises(psycopg.OperationalError):
        await attempt.together(lost)
    lost.run = run  # type: ignore[method-assign]
    assert attempt.committing is not None
    return attempt.committing, unread


async def test_an_empty_batch_counts_as_committed(line: PipelineConnection):
    assert await was_committed(line, Batch(datetime.now(UTC), 5))


@pytest.mark.parametrize("keyed", [False, True])
async def test_a_batch_whose_transaction_ended_without_a_commit_isnt_found(
    ledger: str, line: PipelineConnection, lost: PipelineConnection, keyed: bool
):
    before = check_log(ledger)
    batch, _ = await appended(lost, _command(keyed))
    await lost.close()
    assert not await was_committed(line, batch)
    assert check_log(ledger) == before


@pytest.mark.parametrize("keyed", [False, True])
async def test_a_committed_batch_is_found_however_often(
    line: PipelineConnection, lost: PipelineConnection, keyed: bool
):
    batch, unread = await appended(lost, _command(keyed))
    await lost.run(unread)
    for _ in range(2):
        assert await was_committed(line, batch)


async def test_a_transaction_that_is_still_running_is_waited_for(
    line: PipelineConnection, lost: PipelineConnection
):
    batch, unread = await appended(lost, adds())
    looking = asyncio.create_task(was_committed(line, batch))
    await asyncio.sleep(0.05)
    assert not looking.done()
    await lost.run(unread)
    assert await looking


async def test_anothers_event_at_the_same_place_isnt_taken_for_ones_own(
    line: PipelineConnection, lost: PipelineConnection
):
    name = stream()
    batch, _ = await appended(lost, adds(name))
    await lost.close()
    other = await PipelineConnection.connect(line._connection.info.dsn)
    theirs, unread = await appended(other, adds(name))
    await other.run(unread)
    await other.close()
    assert await was_committed(line, theirs)
    assert not await was_committed(line, batch)


def _command(keyed: bool) -> Job:
    """A job with an event, or one that only keeps an answer under its key."""
    return job(key=key(uuid4().hex), answer=lambda _: Answer(200)) if keyed else adds()
