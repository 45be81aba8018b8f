"""Rows and checkpoint are one: a crash at any point neither loses nor repeats anything.

The connection is broken before each of the statements' round trips in turn, and after each, when
they were carried out and nobody heard of it. Two mutants show that the check would notice.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import psycopg
import pytest

from infrastructure.following.checkpoints import MOVE, Moved
from infrastructure.following.session import Session
from infrastructure.postgres.pipeline import BEGIN, COMMIT
from infrastructure.projecting.row_writer import RowWriter
from infrastructure.projecting.statements import Table
from projections.analytics.sums import ACTIVITY
from tests.infrastructure.projecting.support import Ledger

pytestmark = pytest.mark.anyio

TABLES = [Table(ACTIVITY)]
EVENTS = 6


class CheckpointFirst(RowWriter):
    """Commits the checkpoint before the rows."""

    async def _begin(self, tables, items, upto):
        parked = await super()._begin(tables, items, upto)
        await self.session.connection.run([COMMIT])
        await self.session.connection.run([BEGIN])
        return parked


class RowsFirst(RowWriter):
    """Commits the rows before the checkpoint."""

    async def _transaction(self, tables, items, upto):
        checkpoints = self.session.checkpoints
        checkpoints.move_sql = "SELECT $1::text, $2::text, $3::text, $4::bigint, $5::bigint"
        before = dict(checkpoints.positions)
        await super()._transaction(tables, items, upto)
        for table in tables:
            checkpoints._positions[table.name] = before[table.name]
            await self.session.connection.run([(MOVE, checkpoints._move(table.name, upto))])
            checkpoints._positions[table.name] = upto


class NoCompare(RowWriter):
    """Sets the checkpoint without comparing it."""

    async def _begin(self, tables, items, upto):
        self.session.checkpoints.move_sql = (
            "UPDATE checkpoints SET position = $5::bigint WHERE follower = $1 AND name = $2 "
            "AND version = $3 AND position >= coalesce($4::bigint * 0, 0) RETURNING name"
        )
        return await super()._begin(tables, items, upto)


@asynccontextmanager
async def open_session(opened: Ledger, kind: type[RowWriter] = RowWriter) -> AsyncIterator[Session]:
    async with Session.open(opened.conninfo, kind(TABLES, page_size=2)) as session:
        await session.checkpoints.load()
        yield session


def breaking(session: Session, at: int, *, heard: bool) -> Callable[[], int]:
    """Break the connection at one of its round trips; how many there were."""
    run, trips = session.connection.run, 0

    async def broken(commands):
        nonlocal trips
        trips += 1
        if trips != at:
            return await run(commands)
        if heard:
            await run(commands)
        await session.connection.close()
        raise psycopg.OperationalError("the connection was lost")

    session.connection.run = broken  # type: ignore[method-assign]
    return lambda: trips


async def crash_everywhere(opened: Ledger, kind: type[RowWriter]) -> list[int]:
    """The counts after a crash at each point, each followed by a run to the end."""
    await opened.log_many(EVENTS)
    counted, at, over = [], 1, False
    while not over:
        for heard in (False, True):
            await opened.rows("UPDATE checkpoints SET position = 0 RETURNING name")
            await opened.rows("DELETE FROM activity RETURNING day")
            async with open_session(opened, kind) as session:
                trips = breaking(session, at, heard=heard)
                with suppress(psycopg.OperationalError):
                    await session.catch_up()
                over = trips() < at
            async with open_session(opened, kind) as session:
                await session.catch_up()
            counted.append(await opened.counted())
        at += 1
    return counted


async def test_a_crash_at_any_point_leaves_every_sum_right(opened: Ledger):
    counted = await crash_everywhere(opened, RowWriter)
    assert len(counted) > 10
    assert set(counted) == {EVENTS}


async def test_the_check_notices_a_checkpoint_committed_before_the_rows(opened: Ledger):
    assert min(await crash_everywhere(opened, CheckpointFirst)) < EVENTS


async def test_the_check_notices_rows_committed_before_the_checkpoint(opened: Ledger):
    assert max(await crash_everywhere(opened, RowsFirst)) > EVENTS


async def two_owners(opened: Ledger, kind: type[RowWriter]) -> int:
    """The count when a stalled owner wakes up after another has taken over."""
    await opened.log_many(EVENTS)
    async with open_session(opened, kind) as stalled, open_session(opened, kind) as owner:
        await owner.catch_up()
        with suppress(Moved):
            await stalled.catch_up()
    return await opened.counted()


async def test_an_owner_that_stalled_writes_nothing_after_another_took_over(opened: Ledger):
    assert await two_owners(opened, RowWriter) == EVENTS


async def test_the_check_notices_a_checkpoint_that_is_not_compared(opened: Ledger):
    assert await two_owners(opened, NoCompare) > EVENTS
