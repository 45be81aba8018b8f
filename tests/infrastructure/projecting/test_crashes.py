"""Rows and checkpoint are one: a crash at any point neither loses nor repeats anything.

The connection is broken before each of the statements' round trips in turn, and after each, when
they were carried out and nobody heard of it. Two mutants show that the check would notice.
"""

from collections.abc import Callable
from contextlib import suppress

import psycopg
import pytest

from infrastructure.append.transaction import BEGIN, COMMIT
from infrastructure.following.feed import Feed
from infrastructure.projecting.statements import Table
from infrastructure.projecting.writer import MOVE, Moved, Writer
from projections.analytics.activity import ACTIVITY
from tests.infrastructure.projecting.support import Ledger

pytestmark = pytest.mark.anyio

TABLES = [Table(ACTIVITY)]
EVENTS = 6


class CheckpointFirst(Writer):
    """Commits the checkpoint before the rows."""

    async def _begin(self, tables, upto):
        parked = await super()._begin(tables, upto)
        await self._connection.run([COMMIT])
        await self._connection.run([BEGIN])
        return parked


class RowsFirst(Writer):
    """Commits the rows before the checkpoint."""

    move = "SELECT $1::text, $2::text, $3::bigint, $4::bigint"

    async def _transaction(self, tables, items, upto):
        before = dict(self.checkpoints)
        await super()._transaction(tables, items, upto)
        for table in tables:
            self.checkpoints[table.name] = before[table.name]
            await self._connection.run([(MOVE, self._moved(table.name, upto))])
            self.checkpoints[table.name] = upto


class NoCompare(Writer):
    """Sets the checkpoint without comparing it."""

    move = (
        "UPDATE read_models SET checkpoint = $4 "
        "WHERE name = $1 AND version = $2 AND checkpoint >= coalesce($3::bigint * 0, 0) "
        "RETURNING name"
    )


async def open_feed(opened: Ledger, writer: type[Writer] = Writer) -> Feed:
    feed = await Feed.open(opened.conninfo, TABLES, writer)
    await feed.writer.load()
    return feed


def breaking(feed: Feed, at: int, *, heard: bool) -> Callable[[], int]:
    """Break the connection at one of its round trips; how many there were."""
    run, trips = feed.connection.run, 0

    async def broken(commands):
        nonlocal trips
        trips += 1
        if trips != at:
            return await run(commands)
        if heard:
            await run(commands)
        await feed.connection.close()
        raise psycopg.OperationalError("the connection was lost")

    feed.connection.run = broken  # type: ignore[method-assign]
    return lambda: trips


async def crash_everywhere(opened: Ledger, writer: type[Writer]) -> list[int]:
    """What was counted after a crash at each point, and a second run to the end."""
    await opened.log_many(EVENTS)
    counted, at, over = [], 1, False
    while not over:
        for heard in (False, True):
            await opened.rows("UPDATE read_models SET checkpoint = 0 RETURNING name")
            await opened.rows("DELETE FROM activity RETURNING day")
            feed = await open_feed(opened, writer)
            trips = breaking(feed, at, heard=heard)
            with suppress(psycopg.OperationalError):
                await feed.catch_up(page_size=2)
            over = trips() < at
            await feed.close()
            feed = await open_feed(opened, writer)
            await feed.catch_up(page_size=2)
            await feed.close()
            counted.append(await opened.counted())
        at += 1
    return counted


async def test_a_crash_at_any_point_leaves_every_sum_right(opened: Ledger):
    counted = await crash_everywhere(opened, Writer)
    assert len(counted) > 10
    assert set(counted) == {EVENTS}


async def test_the_check_notices_a_checkpoint_committed_before_the_rows(opened: Ledger):
    assert min(await crash_everywhere(opened, CheckpointFirst)) < EVENTS


async def test_the_check_notices_rows_committed_before_the_checkpoint(opened: Ledger):
    assert max(await crash_everywhere(opened, RowsFirst)) > EVENTS


async def two_owners(opened: Ledger, writer: type[Writer]) -> int:
    """What is counted when a stalled owner wakes up after another has taken over."""
    await opened.log_many(EVENTS)
    stalled, owner = await open_feed(opened, writer), await open_feed(opened, writer)
    await owner.catch_up(page_size=2)
    with suppress(Moved):
        await stalled.catch_up(page_size=2)
    await stalled.close()
    await owner.close()
    return await opened.counted()


async def test_an_owner_that_stalled_writes_nothing_after_another_took_over(opened: Ledger):
    assert await two_owners(opened, Writer) == EVENTS


async def test_the_check_notices_a_checkpoint_that_is_not_compared(opened: Ledger):
    assert await two_owners(opened, NoCompare) > EVENTS
