"""kith connects as an owner without a superuser's rights, also to what a former kith has made."""

from pathlib import Path

import psycopg
import pytest
import uvloop
from psycopg.errors import InsufficientPrivilege

from infrastructure.embedded import EmbeddedPostgres, server
from infrastructure.embedded.owner import FOREIGN, OWNER
from infrastructure.projecting.rebuild import rebuild
from infrastructure.system import prepare_database
from projections.all_models import READ_MODELS
from tests.infrastructure.embedded.support import notes, write_note
from tests.infrastructure.projecting.support import ledger


async def logged(conninfo: str) -> None:
    """Make kith's tables and read models, unless they are there, and log an interaction."""
    async with ledger(conninfo) as one:
        await one.log()


def made_by_a_former_kith(data_dir: Path) -> None:
    """Fill a data directory as the superuser, with no other role."""
    with EmbeddedPostgres(data_dir) as postgres:
        url = postgres.superuser_url
        with psycopg.connect(url) as connection:
            connection.execute("ALTER DATABASE kith OWNER TO kith")
            connection.execute(f"DROP ROLE {OWNER}")
            connection.execute("CREATE TYPE mood AS ENUM ('good')")
            connection.execute("CREATE DOMAIN age AS int CHECK (VALUE > 0)")
            connection.execute('CREATE FUNCTION "Odd; \'name"(int) RETURNS int RETURN 1')
            connection.execute("CREATE VIEW seen AS SELECT 1 AS one")
        prepare_database(url)
        uvloop.run(logged(url))
        write_note(url, "kept")


def of_others(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute(FOREIGN, [OWNER]).fetchall()


def test_kith_connects_without_a_superusers_rights(postgres: EmbeddedPostgres):
    with psycopg.connect(postgres.url) as connection:
        row = connection.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls "
            "FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (OWNER, False, False, False, False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/kith-test-of-copy'",
        "SELECT pg_read_file('postgresql.conf')",
        "ALTER SYSTEM SET fsync = off",
        "CREATE EXTENSION postgres_fdw",
        "SET ROLE kith",
    ],
)
def test_kith_cannot_reach_the_system_through_the_database(
    postgres: EmbeddedPostgres, statement: str
):
    with (
        psycopg.connect(postgres.url, autocommit=True) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_all_that_a_former_kith_made_belongs_to_the_owner(data_dir: Path):
    made_by_a_former_kith(data_dir)
    with EmbeddedPostgres(data_dir) as postgres:
        assert of_others(postgres.url) == []
        assert notes(postgres.url) == ["kept"]
        write_note(postgres.url, "more")
        prepare_database(postgres.url)
        uvloop.run(logged(postgres.url))
        uvloop.run(rebuild(postgres.url, READ_MODELS))
        uvloop.run(logged(postgres.url))
    # The former kith may be run again, and the new one after it.
    with EmbeddedPostgres(data_dir) as postgres:
        uvloop.run(rebuild(postgres.superuser_url, READ_MODELS))
        uvloop.run(logged(postgres.superuser_url))
        assert len(of_others(postgres.url)) >= len(READ_MODELS)
    with EmbeddedPostgres(data_dir) as postgres:
        assert of_others(postgres.url) == []
        uvloop.run(logged(postgres.url))
        assert notes(postgres.url) == ["kept", "more"]


def test_without_a_hand_over_a_former_database_is_out_of_reach(data_dir: Path, monkeypatch):
    made_by_a_former_kith(data_dir)
    monkeypatch.setattr(server, "hand_over", lambda _: None)
    with EmbeddedPostgres(data_dir) as postgres, pytest.raises(InsufficientPrivilege):
        notes(postgres.url)
