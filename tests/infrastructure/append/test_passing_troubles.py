"""Transient errors of the database, such as a full disk or a deadlock, are tried again and blamed
on no job."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.infrastructure.append.checks import check_log
from tests.infrastructure.append.jobs import adds, stream
from tests.infrastructure.append.poisons import MODELS, parked, rows
from tests.infrastructure.append.support import Process, prepare, process

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def ledger(database) -> str:
    return prepare(database(), MODELS)


@pytest.fixture
async def one(ledger: str):
    async with process(ledger, MODELS) as opened:
        await opened.appender.append(adds())
        yield opened


@contextmanager
def troubled(ledger: str, table: str, *troubles: str) -> Iterator[None]:
    """Make the table refuse the next rows for these reasons, one after the other."""
    codes = ", ".join(f"'{trouble}'" for trouble in troubles)
    with psycopg.connect(ledger, autocommit=True) as connection:
        connection.execute(f"""
            CREATE SEQUENCE troubles;
            CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE code text := (ARRAY[{codes}])[nextval('troubles')];
            BEGIN
                IF code IS NOT NULL THEN
                    RAISE EXCEPTION 'not now' USING errcode = code;
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER trouble BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION trouble()""")
        yield
        connection.execute("DROP FUNCTION trouble CASCADE; DROP SEQUENCE troubles")


@pytest.mark.parametrize("table", ["stored_events", "people"])
@pytest.mark.parametrize("trouble", ["53100", "40P01", "55P03", "57014"])
async def test_a_trouble_that_passes_is_waited_out_and_nobodys_fault(
    ledger: str, one: Process, table: str, trouble: str
):
    name = stream()
    with troubled(ledger, table, *[trouble] * 3):
        await one.appender.append(adds(name))
    assert (str(name), 1) in check_log(ledger)
    assert str(name.id) in rows(ledger, "people")
    assert parked(ledger, name) == {}


async def test_a_trouble_that_passes_is_no_reason_to_park_a_stream_that_is_tried_alone(
    ledger: str, one: Process
):
    name = stream()
    with troubled(ledger, "people", "KI001", "40P01", "40P01"):
        await one.appender.append(adds(name))
    assert str(name.id) in rows(ledger, "people")
    assert parked(ledger, name) == {}


async def test_a_table_that_is_gone_parks_whatever_comes_and_loses_nothing(database):
    ledger = prepare(database(), MODELS)
    with psycopg.connect(ledger) as connection:
        connection.execute("DROP TABLE people")
    async with process(ledger, MODELS) as one:
        receipts = await asyncio.gather(*(one.appender.append(adds()) for _ in range(20)))
    assert len(receipts) == len(check_log(ledger)) == 20
    assert len(rows(ledger, "names")) == 20
