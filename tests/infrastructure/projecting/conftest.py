"""An empty ledger for each test. The tables of a module stay: new files are what costs."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.infrastructure.projecting.support import Ledger, ledger

EMPTY = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT IN ('schema_migrations', 'read_models') LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    IF to_regclass('read_models') IS NOT NULL THEN
        UPDATE read_models SET checkpoint = 0;
    END IF;
END $$
"""


@pytest.fixture
def conninfo(module_database: str) -> str:
    with psycopg.connect(module_database, autocommit=True) as connection:
        connection.execute(EMPTY)
    return module_database


@pytest.fixture
async def opened(conninfo: str) -> AsyncIterator[Ledger]:
    async with ledger(conninfo) as one:
        yield one
