"""`kith projections` and `kith verify`: what they say, and what they end with."""

import signal
from argparse import Namespace
from collections.abc import AsyncIterator

import psycopg
import pytest

from api.cli import CommandError, projections, verify
from infrastructure.postgres.locks import APPEND_LOCK
from projections.all_models import READ_MODELS
from tests.api.cli.running import start
from tests.infrastructure.projecting.support import (
    Ledger,
    caught_up_with_log,
    emptied,
    eventually,
    ledger,
)
from tests.infrastructure.projecting.test_projector import running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def opened(module_database: str) -> AsyncIterator[Ledger]:
    async with ledger(emptied(module_database)) as one:
        await one.log_many(5)
        async with running(one.conninfo):
            await caught_up_with_log(one, "activity")
        yield one


async def test_status_says_how_far_each_read_model_is_and_what_is_parked(opened, capsys):
    await opened.log()
    async with opened.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO parked_streams VALUES ('activity', '1/interaction/x', 3, %s)",
            ("it was\ntorn\x1b[2J",),
        )
    await projections.status(opened.conninfo)
    said = capsys.readouterr().out
    lines = {line.split()[0]: line.split() for line in said.splitlines() if line}
    assert lines["timeline"][1:] == ["with", "the", "append", "6", "0", "0"]
    assert lines["activity"][1:6] == ["behind", "it", "5", "1", "1"]
    assert "oldest waiting for" in said
    assert "1/interaction/x is parked in activity since position 3: it was\\ntorn\\u001b[2J" in said
    assert all(model.name in lines for model in READ_MODELS)


async def test_a_rebuild_says_what_it_rebuilt_and_shows_progress_beside_it(opened, capsys):
    await projections.rebuild(opened.conninfo, projections.chosen("timeline"))
    said = capsys.readouterr()
    assert said.out == "Rebuilt from the log: timeline.\n"
    assert "Making timeline from the log" in said.err
    assert "5/5" in said.err


async def test_a_rebuild_that_is_ended_leaves_no_shadow_tables(opened):
    with psycopg.connect(opened.conninfo) as appending:
        appending.execute(f"SELECT pg_advisory_xact_lock({APPEND_LOCK})")
        process = start(opened.conninfo, "projections", "rebuild", "timeline")
        shadows = "SELECT count(*) FROM pg_tables WHERE tablename LIKE '%_shadow'"
        await eventually_equal(opened, shadows, 1)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
    assert (process.returncode, said.splitlines()[-1]) == (130, "kith: stopped.")
    assert await opened.value(shadows) == 0


async def eventually_equal(opened: Ledger, sql: str, expected: object) -> None:
    async def there() -> bool:
        return bool(await opened.value(sql) == expected)

    await eventually(there)


def test_a_rebuild_without_a_name_is_of_all():
    assert projections.chosen(None) == list(READ_MODELS)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(CommandError, match=r"no read model called contcts.*contacts, timeline"):
        projections.run(Namespace(action="rebuild", name="contcts"))


async def test_verify_ends_well_where_all_is_as_the_log_says(opened, capsys):
    assert await verify.verify(opened.conninfo) == 0
    said = capsys.readouterr().out
    assert "the log: 5 events, complete, in order and readable" in said
    assert "timeline: 5 rows, equal to a rebuild from the log" in said
    assert said.endswith("Everything is as the log says.\n")


async def test_verify_ends_with_1_where_a_row_was_tampered_with(opened, capsys):
    async with opened.pool.connection() as connection:
        await connection.execute("UPDATE timeline SET seconds = 1 WHERE seconds = 600")
    assert await verify.verify(opened.conninfo) == 1
    said = capsys.readouterr().out
    assert "timeline: 10 rows differ from a rebuild from the log:" in said
    assert '"seconds":1,' in said
    assert "activity: " in said
    assert "kith projections rebuild" in said
