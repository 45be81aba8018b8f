"""Answers kept for keys expire in bounded batches; their keys stay."""

import asyncio
from contextlib import suppress

import psycopg
import pytest

from application.errors import KeyExpired
from application.ports import Answer
from infrastructure.append import forgetting
from infrastructure.append.forgetting import FORGET, forget
from tests.infrastructure.append.jobs import adds, key
from tests.infrastructure.append.support import Process, prepare, until

pytestmark = pytest.mark.anyio

DAYS = 30
ADD = """
INSERT INTO command_keys (scope, digest, answer, recorded_at)
SELECT sha256(convert_to(%(days)s || '/' || i, 'UTF8')), 'digest', '{"status": 200}',
    now() - make_interval(days => %(days)s)
FROM generate_series(1, %(count)s) i
"""


@pytest.fixture(scope="module")
def ledger(database) -> str:
    return prepare(database(), ())


@pytest.fixture(autouse=True)
def old(ledger: str):
    """Seven keys of 31 days and three of 29."""
    with psycopg.connect(ledger) as connection:
        connection.execute("TRUNCATE command_keys")
        connection.execute(ADD, {"days": 31, "count": 7})
        connection.execute(ADD, {"days": 29, "count": 3})


def kept(ledger: str) -> tuple[int, int, int]:
    """The keys, the answers and the digests that there are."""
    with psycopg.connect(ledger) as connection:
        sql = "SELECT count(*), count(answer), count(digest) FROM command_keys"
        row = connection.execute(sql).fetchone()
    assert row is not None
    return row


async def test_old_answers_and_digests_are_dropped_and_keys_stay(one: Process, ledger: str):
    assert await forget(one.pool, DAYS) == 7
    assert kept(ledger) == (10, 3, 3)
    assert await forget(one.pool, DAYS) == 0


async def test_a_statement_drops_a_bounded_batch_of_the_oldest(one: Process, ledger: str):
    assert [await forget(one.pool, 1, 4) for _ in "abcd"] == [4, 4, 2, 0]
    assert kept(ledger) == (10, 0, 0)


async def test_processes_leave_alone_what_another_one_is_dropping(one: Process, ledger: str):
    with psycopg.connect(ledger) as connection:
        connection.execute(FORGET, (DAYS, 5))
        async with asyncio.timeout(60):
            assert await forget(one.pool, DAYS) == 2
    assert await forget(one.pool, DAYS) == 0
    assert kept(ledger) == (10, 3, 3)


async def test_full_batches_follow_each_other(one: Process, monkeypatch):
    monkeypatch.setattr(forgetting, "PAUSE", 0.0)
    monkeypatch.setattr(forgetting, "BATCH", 7)
    forgotten = [7, 7, 3]

    async def counted(*_: object) -> int:
        return forgotten.pop(0)

    monkeypatch.setattr(forgetting, "forget", counted)
    async with forgetting.forgetting(one.pool, DAYS):
        await until(lambda: not forgotten)


async def test_a_database_out_of_reach_ends_nothing(one: Process, ledger: str, monkeypatch):
    monkeypatch.setattr(forgetting, "EVERY", 0.0)
    troubles = [psycopg.OperationalError("away"), psycopg.errors.QueryCanceled()]

    async def troubled(*_: object) -> int:
        if troubles:
            raise troubles.pop()
        return await forget(one.pool, DAYS)

    monkeypatch.setattr(forgetting, "forget", troubled)
    async with forgetting.forgetting(one.pool, DAYS):
        await until(lambda: kept(ledger) == (10, 3, 3))


async def test_an_expired_key_is_refused_before_and_by_the_append(one: Process, other: Process):
    def command():
        return adds(key=key("expiring"), answer=lambda _: Answer(201, (), "answered"))

    await one.appender.append(command())
    assert await other.log.answered(key("expiring")) == Answer(201, (), "answered")
    await forget(one.pool, 0)
    for digest in (b"body", b"another"):
        with pytest.raises(KeyExpired):
            await other.log.answered(key("expiring", digest))
    with pytest.raises(KeyExpired):
        await other.appender.append(command())
    assert (await one.appender.append(adds(key=key("fresh")))).replayed is None


async def test_a_mutant_that_drops_the_key_too_lets_a_repeat_take_effect(one: Process, monkeypatch):
    drop = FORGET.replace(
        "UPDATE command_keys SET digest = NULL, answer = NULL", "DELETE FROM command_keys"
    )
    monkeypatch.setattr(forgetting, "FORGET", drop)
    await one.appender.append(adds(key=key("mutant")))
    await forget(one.pool, 0)
    assert (await one.appender.append(adds(key=key("mutant")))).replayed is None


async def test_an_index_leads_to_the_oldest(ledger: str):
    with psycopg.connect(ledger, autocommit=True) as connection:
        connection.execute(ADD, {"days": 1, "count": 20_000})
        connection.execute("VACUUM ANALYZE command_keys")
        cursor = connection.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {FORGET}", (DAYS, 5))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "command_keys_answered_idx" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "Rows Removed by Filter" not in plan, plan


async def test_the_task_ends_with_its_block(one: Process):
    with suppress(ZeroDivisionError):
        async with forgetting.forgetting(one.pool, DAYS):
            raise ZeroDivisionError
    assert "forgetting answers" not in {task.get_name() for task in asyncio.all_tasks()}
