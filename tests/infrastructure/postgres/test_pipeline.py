"""The raw pipeline connection: rows, errors, and what is left of it after each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import psycopg
import pytest

from infrastructure.postgres.pipeline import Command, PipelineConnection, Rows

pytestmark = pytest.mark.anyio

ONE: Command = ("SELECT 1", ())
MEGABYTE = 1_000_000
ASLEEP = (
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
)


@pytest.fixture
async def connection(module_database: str) -> AsyncIterator[PipelineConnection]:
    opened = await PipelineConnection.connect(module_database)
    yield opened
    await opened.close()


async def usable(connection: PipelineConnection) -> bool:
    return not connection.broken and await connection.run([ONE]) == [[(b"1",)]]


async def test_rows_come_in_the_order_of_the_commands(connection: PipelineConnection):
    two: Command = ("SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS v", ())
    nothing: Command = ("SELECT 1 WHERE false", ())
    assert await connection.run([ONE, two, nothing, ONE]) == [
        [(b"1",)],
        [(b"1", b"a"), (b"2", None)],
        [],
        [(b"1",)],
    ]


async def test_no_commands_are_no_rows(connection: PipelineConnection):
    assert await connection.run([]) == []
    assert await usable(connection)


async def test_parameters_are_text_and_may_be_null(connection: PipelineConnection):
    rows = await connection.run([("SELECT $1::int + 1, $2::text", (b"41", None))])
    assert rows == [[(b"42", None)]]


async def test_a_statement_that_fails_is_prepared_once(connection: PipelineConnection):
    for number in (0, 0, 0, 1):
        with suppress(psycopg.errors.DivisionByZero):
            await connection.run(
                [("SELECT 1 / $1::int", (b"%d" % number,)), ("SELECT 'after'", ())]
            )
    counted = await connection.run([("SELECT count(*) FROM pg_prepared_statements", ())])
    assert counted == [[(b"3",)]]


async def test_a_statement_is_prepared_once(connection: PipelineConnection):
    await connection.run([ONE, ONE])
    await connection.run([ONE])
    counted = await connection.run([("SELECT count(*) FROM pg_prepared_statements", ())])
    assert counted == [[(b"2",)]]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT 1/0", psycopg.errors.DivisionByZero),
        ("SELECT * FROM nowhere", psycopg.errors.UndefinedTable),
        ("SELEC", psycopg.errors.SyntaxError),
        ("SELECT 'x'::int", psycopg.errors.InvalidTextRepresentation),
        ("DO $$ BEGIN RAISE EXCEPTION 'no' USING errcode = 'KI001'; END $$", psycopg.DatabaseError),
    ],
)
async def test_an_error_is_the_psycopg_error_of_its_sqlstate(
    connection: PipelineConnection, statement: str, error: type[psycopg.Error]
):
    with pytest.raises(psycopg.Error) as raised:
        await connection.run([ONE, (statement, ()), ONE])
    assert type(raised.value) is error
    assert await usable(connection)


async def test_statements_after_an_error_in_a_round_trip_dont_run(
    connection: PipelineConnection,
):
    await connection.run([("CREATE TEMP TABLE t (i int)", ())])
    insert: Command = ("INSERT INTO t VALUES ($1)", (b"1",))
    with pytest.raises(psycopg.errors.DivisionByZero):
        await connection.run([("SELECT 1/0", ()), insert])
    assert await connection.run([("SELECT count(*) FROM t", ())]) == [[(b"0",)]]


async def test_a_round_trip_without_begin_is_undone_by_an_error(
    connection: PipelineConnection,
):
    """A round trip without BEGIN is one implicit transaction."""
    await connection.run([("CREATE TEMP TABLE u (i int)", ())])
    with pytest.raises(psycopg.errors.DivisionByZero):
        await connection.run([("INSERT INTO u VALUES (1)", ()), ("SELECT 1/0", ())])
    assert await connection.run([("SELECT count(*) FROM u", ())]) == [[(b"0",)]]


async def test_a_transaction_left_open_by_an_error_can_be_rolled_back(
    connection: PipelineConnection,
):
    with pytest.raises(psycopg.errors.DivisionByZero):
        await connection.run([("BEGIN", ()), ("SELECT 1/0", ())])
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        await connection.run([ONE])
    await connection.run([("ROLLBACK", ())])
    assert await usable(connection)


async def test_a_statement_first_seen_in_a_failed_round_trip_can_be_run_later(
    connection: PipelineConnection,
):
    late: Command = ("SELECT 'late'", ())
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            await connection.run([("SELECT 1/0", ()), late])
    assert await connection.run([late]) == [[(b"late",)]]


@pytest.mark.parametrize("size", [MEGABYTE, 20 * MEGABYTE])
async def test_large_parameters_and_results_dont_hang(connection: PipelineConnection, size: int):
    """Neither side may wait for the other to read first."""
    echo: Command = ("SELECT $1::text", (b"x" * size,))
    async with asyncio.timeout(30):
        rows: list[Rows] = await connection.run([echo, echo, echo])
    assert [len(row[0] or b"") for (row,) in rows] == [size] * 3


async def test_many_commands_in_one_round_trip_dont_hang(connection: PipelineConnection):
    echo: Command = ("SELECT $1::text", (b"x" * 2_000,))
    async with asyncio.timeout(30):
        assert len(await connection.run([echo] * 3_000)) == 3_000


async def test_notices_and_notifications_dont_confuse(connection: PipelineConnection):
    noisy: Command = ("DO $$ BEGIN RAISE NOTICE 'hear, hear'; RAISE WARNING 'beware'; END $$", ())
    listen: Command = ("LISTEN ears", ())
    notify: Command = ("NOTIFY ears", ())
    assert await connection.run([noisy, listen, notify, ONE, noisy]) == [[], [], [], [(b"1",)], []]
    assert await usable(connection)


async def sleeping(connection: PipelineConnection, conninfo: str) -> asyncio.Task[list[Rows]]:
    """A round trip that the server is busy with."""
    task = asyncio.create_task(connection.run([("SELECT pg_sleep(600)", ())]))
    async with (
        asyncio.timeout(60),
        await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as admin,
    ):
        while True:
            if await (await admin.execute(ASLEEP)).fetchall():
                return task
            await asyncio.sleep(0.002)


async def test_a_cancelled_round_trip_ends_the_connection(
    connection: PipelineConnection, module_database: str
):
    """The answers that were under way would belong to nobody."""
    running = await sleeping(connection, module_database)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert connection.broken
    with pytest.raises(psycopg.OperationalError):
        await connection.run([ONE])


async def test_a_lost_connection_is_an_operational_error_and_stays_lost(
    connection: PipelineConnection, module_database: str
):
    ((pid,),) = (await connection.run([("SELECT pg_backend_pid()", ())]))[0:1][0]
    running = await sleeping(connection, module_database)
    async with await psycopg.AsyncConnection.connect(module_database) as admin:
        await admin.execute("SELECT pg_terminate_backend(%s)", (int(pid or 0),))
    async with asyncio.timeout(60):
        with pytest.raises(psycopg.OperationalError):
            await running
        assert connection.broken
        with pytest.raises(psycopg.OperationalError):
            await connection.run([ONE])


async def test_a_connection_lost_between_two_round_trips_is_found_out_by_the_next(
    connection: PipelineConnection, module_database: str
):
    ((pid,),) = (await connection.run([("SELECT pg_backend_pid()", ())]))[0:1][0]
    async with await psycopg.AsyncConnection.connect(module_database) as admin:
        await admin.execute("SELECT pg_terminate_backend(%s)", (int(pid or 0),))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(60):
        with pytest.raises(psycopg.OperationalError):
            await connection.run([ONE])
    assert connection.broken


async def test_settings_hold_for_the_session(module_database: str):
    connection = await PipelineConnection.connect(module_database, ("SET lock_timeout = '3s'",))
    assert await connection.run([("SHOW lock_timeout", ())]) == [[(b"3s",)]]
    await connection.close()


async def test_a_setting_that_is_refused_leaves_no_connection_behind(module_database: str):
    with pytest.raises(psycopg.errors.SyntaxError):
        await PipelineConnection.connect(module_database, ("SET nonsense",))


async def test_a_server_that_cant_be_reached_is_an_operational_error():
    with pytest.raises(psycopg.OperationalError):
        await PipelineConnection.connect("host=/nowhere")
