"""A rebuild makes a read model anew from the log, next to the live one, and swaps them unseen."""

import asyncio
from dataclasses import replace

import psycopg
import pytest

from application.entity import Entity
from domain.record import Participant, People
from infrastructure.following.checkpoints import Moved
from infrastructure.following.session import Session
from infrastructure.postgres.locks import REBUILD_LOCK
from infrastructure.projecting import rebuild as rebuilding
from infrastructure.projecting import shadows, tables
from infrastructure.projecting.rebuild import bring_up_to_date, rebuild
from infrastructure.projecting.row_writer import RowWriter
from infrastructure.projecting.statements import Table
from infrastructure.projecting.verify import verify
from projections.all_models import READ_MODELS
from projections.analytics.sums import ACTIVITY
from projections.timeline.model import TIMELINE
from tests.infrastructure.projecting.history import mixed_history
from tests.infrastructure.projecting.support import (
    BEHIND,
    Ledger,
    caught_up_with_log,
)
from tests.infrastructure.projecting.test_projector import running
from tests.projections.given import with_content_in_every_row

pytestmark = pytest.mark.anyio

LEFT_BEHIND = (
    "SELECT relname FROM pg_class "
    "WHERE relname LIKE '%shadow%' AND relnamespace = 'public'::regnamespace"
)

KILL_THE_REBUILD = f"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND (query LIKE '%size - octet_length%' OR pid IN (
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {REBUILD_LOCK}))
AND pid <> pg_backend_pid()
"""


async def test_a_rebuilt_read_model_equals_the_live_one_byte_for_byte(opened: Ledger):
    await mixed_history(opened)
    async with running(opened.conninfo):
        await caught_up_with_log(opened, "activity", "tactic_use")
    live = {model.name: await opened.dump(model) for model in READ_MODELS}
    assert all(live[name] for name in ("contacts", "timeline", "meetings", "activity"))
    await rebuild(opened.conninfo, READ_MODELS)
    for model in READ_MODELS:
        assert await opened.dump(model) == live[model.name], model.name
    assert await opened.rows(LEFT_BEHIND) == []
    names = "SELECT name FROM checkpoints WHERE follower = 'projector' ORDER BY name"
    assert await opened.rows(names) == sorted((model.name,) for model in READ_MODELS)


async def test_a_rebuilt_table_has_the_indexes_of_a_new_one(opened: Ledger):
    names = "SELECT indexname FROM pg_indexes WHERE tablename = 'timeline' ORDER BY 1"
    made = await opened.rows(names)
    await rebuild(opened.conninfo, TIMELINE)
    assert await opened.rows(names) == made
    await rebuild(opened.conninfo, TIMELINE)
    assert await opened.rows(names) == made


async def test_nothing_appended_during_a_rebuild_is_missed(opened: Ledger):
    logged = 0
    over = False

    async def writing() -> None:
        nonlocal logged
        while not over:
            await opened.log()
            logged += 1

    await opened.log_many(50)
    async with running(opened.conninfo):
        writers = [asyncio.create_task(writing()) for _ in range(8)]
        for _ in range(3):
            await rebuild(opened.conninfo, (TIMELINE, ACTIVITY))
        over = True
        await asyncio.gather(*writers)
        await caught_up_with_log(opened, "activity")
    assert logged > 20
    assert await opened.value("SELECT count(*) FROM timeline") == 50 + logged
    assert await opened.counted() == 50 + logged


async def appended_while_swapping(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> list[str]:
    """The timeline after an append that begins just before the tables change names, which wait
    some seconds for its end."""
    replace_ = rebuilding._replace

    async def late(*arguments):
        append = asyncio.create_task(opened.log("late"))
        await asyncio.wait([append], timeout=seconds)
        appends.append(append)
        await replace_(*arguments)

    appends: list[asyncio.Task[Entity]] = []
    monkeypatch.setattr(rebuilding, "_replace", late)
    await opened.log("early")
    await rebuild(opened.conninfo, TIMELINE)
    await asyncio.gather(*appends)
    return [search for (search,) in await opened.rows("SELECT search FROM timeline ORDER BY 1")]


async def test_an_append_at_the_moment_of_the_swap_is_not_missed(opened, monkeypatch):
    assert await appended_while_swapping(opened, monkeypatch, 0.3) == ["early", "late"]


async def test_the_check_notices_a_swap_without_the_append_lock(opened, monkeypatch):
    monkeypatch.setattr(tables, "HOLD_APPENDS", "SELECT 1")
    assert await appended_while_swapping(opened, monkeypatch, 60) == ["early"]


async def test_a_swap_waits_for_readers_and_neither_appends_nor_other_readers_wait_for_it(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rebuilding, "PAUSE", 0.4)
    await opened.log_many(5)
    async with await psycopg.AsyncConnection.connect(opened.conninfo) as reader:
        await reader.execute("SELECT FROM timeline")
        task = asyncio.create_task(rebuild(opened.conninfo, TIMELINE))
        # Who waited for the swap would wait for the reader too, and so for ever.
        async with asyncio.timeout(60):
            for _ in range(20):
                await opened.log()
                assert await opened.value("SELECT count(*) FROM timeline") > 5
                await asyncio.sleep(0.05)
        assert not task.done()
    await task
    assert await opened.value("SELECT count(*) FROM timeline") == 25


async def test_readers_see_the_whole_table_at_every_moment(opened: Ledger):
    await opened.log_many(30)
    seen, over = set(), False

    async def reading() -> None:
        while not over:
            seen.add(await opened.value("SELECT count(*) FROM timeline"))

    task = asyncio.create_task(reading())
    for _ in range(3):
        await rebuild(opened.conninfo, TIMELINE)
    over = True
    await task
    assert seen == {30}


async def test_a_projector_in_the_middle_of_a_page_cannot_write_into_the_new_table(opened: Ledger):
    await opened.log_many(6)
    part = RowWriter([Table(ACTIVITY)])
    async with Session.open(opened.conninfo, part) as session:
        await session.checkpoints.load()
        page = await session.read(0)
        await rebuild(opened.conninfo, ACTIVITY)
        with pytest.raises(Moved):
            await part.land(page)
    assert await opened.counted() == 6


async def test_a_crash_in_the_middle_leaves_the_live_table_and_the_next_one_begins_anew(
    opened: Ledger,
):
    await opened.log_many(10)
    live = await opened.dump(TIMELINE)

    def progress(_: str, done: int, __: int) -> None:
        if done:
            with psycopg.connect(opened.conninfo, autocommit=True) as connection:
                connection.execute(KILL_THE_REBUILD)

    with pytest.raises(psycopg.OperationalError):
        await rebuild(opened.conninfo, TIMELINE, progress)
    assert await opened.rows(LEFT_BEHIND) != []
    assert await opened.dump(TIMELINE) == live
    await opened.log()
    assert await opened.value("SELECT count(*) FROM timeline") == 11
    await rebuild(opened.conninfo, TIMELINE)
    assert await opened.value("SELECT count(*) FROM timeline") == 11
    assert await opened.rows(LEFT_BEHIND) == []


async def test_rebuilds_take_turns(opened: Ledger):
    await opened.log_many(10)
    await asyncio.gather(*[rebuild(opened.conninfo, TIMELINE) for _ in range(3)])
    assert await opened.value("SELECT count(*) FROM timeline") == 10


async def test_a_start_with_current_read_models_makes_none(opened: Ledger):
    await opened.log_many(10)
    told: list[tuple[str, int, int]] = []
    await bring_up_to_date(opened.conninfo, READ_MODELS, lambda *made: told.append(made))
    assert told == []
    assert await opened.value("SELECT count(*) FROM timeline") == 10


async def test_missing_and_outdated_read_models_are_made_once_at_the_start(opened: Ledger):
    await opened.log_many(10)
    newer = replace(ACTIVITY, version=99)
    missing = replace(TIMELINE, name="second_timeline")
    made = []

    def progress(what: str, done: int, total: int) -> None:
        if (done, total) == (10, 10):
            made.append(what)

    models = (*(model for model in READ_MODELS if model != ACTIVITY), newer, missing)
    await asyncio.gather(*[bring_up_to_date(opened.conninfo, models, progress) for _ in range(3)])
    assert made == ["Making 2 read models from the log"]
    assert await opened.value("SELECT count(*) FROM second_timeline") == 10
    assert await opened.counted() == 10


async def test_rows_that_had_the_content_each_are_made_anew_without(opened: Ledger):
    """A database from before version 2 of the timeline."""
    ann, ben = await opened.contact("Ann Lee"), await opened.contact("Ben")
    both = People(participants=(Participant(contact_id=ben.id),))
    await opened.log("Both", contact=ann.id, people=both)
    current = await opened.dump(TIMELINE)
    full = {name: sql.removesuffix(" NOT NULL") for name, sql in TIMELINE.columns.items()}
    copies = with_content_in_every_row(TIMELINE)
    await rebuild(opened.conninfo, replace(TIMELINE, project=copies, columns=full, version=1))
    assert await opened.value("SELECT count(document) FROM timeline") == 2
    await bring_up_to_date(opened.conninfo, READ_MODELS)
    assert await opened.value("SELECT count(document) FROM timeline") == 1
    assert await opened.dump(TIMELINE) == current
    assert all(verdict.equal for verdict in await verify(opened.conninfo, READ_MODELS))


async def test_a_projector_of_an_older_version_leaves_a_newer_table_alone(opened: Ledger):
    await opened.log_many(5)
    async with running(opened.conninfo):
        await caught_up_with_log(opened, "activity")
        await rebuild(opened.conninfo, replace(ACTIVITY, version=99))
        await opened.log_many(5)
        await caught_up_with_log(opened, "tactic_use")
        assert await opened.checkpoint("activity") == 5
    others = (model for model in BEHIND if model is not ACTIVITY)
    async with running(opened.conninfo, (replace(ACTIVITY, version=99), *others)):
        await caught_up_with_log(opened, "activity")
    assert await opened.counted() == 10


async def test_an_old_shadow_table_is_dropped(opened: Ledger):
    await opened.log()
    async with opened.pool.connection() as connection:
        table = shadows.shadow(TIMELINE)
        await tables.create(connection, table, table.create)
    await rebuild(opened.conninfo, TIMELINE)
    assert await opened.value("SELECT count(*) FROM timeline") == 1
