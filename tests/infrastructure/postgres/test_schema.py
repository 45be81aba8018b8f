"""The schema comes to be once, however many processes start at once."""

import threading

import psycopg
import pytest

from infrastructure.log.recorder import create_event_table
from infrastructure.postgres.schema import MIGRATIONS, migrate

ALL = sorted(file.name for file in MIGRATIONS.iterdir() if file.name.endswith(".sql"))


def prepare(conninfo: str) -> list[str]:
    create_event_table(conninfo)
    return migrate(conninfo)


def test_migrations_run_once_and_in_order(database):
    conninfo = database()
    assert prepare(conninfo) == ALL
    assert prepare(conninfo) == []


def test_an_older_database_gets_what_it_lacks(database, monkeypatch, tmp_path):
    """A data directory of last year's kith goes through what has been added since."""
    conninfo = database()
    prepare(conninfo)
    for name in ALL:
        (tmp_path / name).write_text("SELECT 'already done'")
    (tmp_path / "9999_added_since.sql").write_text("CREATE TABLE added_since (); SELECT 1")
    monkeypatch.setattr("infrastructure.postgres.schema.MIGRATIONS", tmp_path)
    assert migrate(conninfo) == ["9999_added_since.sql"]
    assert migrate(conninfo) == []


def test_a_database_with_abandoned_appends_gets_the_one_way_to_append(
    database, monkeypatch, tmp_path
):
    conninfo = database()
    with monkeypatch.context() as older:
        for name in ALL:
            if name < "0008":
                (tmp_path / name).write_text((MIGRATIONS / name).read_text())
        older.setattr("infrastructure.postgres.schema.MIGRATIONS", tmp_path)
        prepare(conninfo)
    with psycopg.connect(conninfo) as connection:
        connection.execute("INSERT INTO abandoned_appends (id) VALUES ('lost')")
    assert prepare(conninfo) == [name for name in ALL if name >= "0008"]
    with psycopg.connect(conninfo) as connection:
        left = connection.execute(
            "SELECT to_regclass('abandoned_appends'), to_regproc('expect_log')"
        ).fetchone()
    assert left == (None, None)


def test_a_migration_that_fails_leaves_no_trace(database, monkeypatch, tmp_path):
    conninfo = database()
    (tmp_path / "0001_half.sql").write_text("CREATE TABLE half (); SELECT 1/0")
    monkeypatch.setattr("infrastructure.postgres.schema.MIGRATIONS", tmp_path)
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate(conninfo)
    (tmp_path / "0001_half.sql").write_text("CREATE TABLE half ()")
    assert migrate(conninfo) == ["0001_half.sql"]


def test_processes_that_start_together_take_turns(database):
    conninfo = database()
    ran: list[list[str]] = []
    failed: list[BaseException] = []
    start = threading.Barrier(6)

    def begin() -> None:
        start.wait()
        try:
            ran.append(prepare(conninfo))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(ran, key=len) == [[], [], [], [], [], ALL]


def test_an_event_without_a_position_is_refused_by_the_table_itself(database):
    """A writer that goes past the append would break the order of positions."""
    conninfo = database()
    prepare(conninfo)
    insert = (
        "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
        "VALUES ('t/contact/x', 1, 'x', '')"
    )
    with (
        psycopg.connect(conninfo) as connection,
        pytest.raises(psycopg.errors.NotNullViolation),
    ):
        connection.execute(insert)


def test_names_of_streams_compare_byte_by_byte(database):
    conninfo = database()
    prepare(conninfo)
    with psycopg.connect(conninfo) as connection:
        for position, name in enumerate(("a/b", "a-b", "B", "_"), 1):
            connection.execute(
                "INSERT INTO stored_events VALUES (%s, 1, 'x', '', %s)", (name, position)
            )
        rows = connection.execute("SELECT originator_id FROM stored_events ORDER BY 1").fetchall()
    assert [name for (name,) in rows] == ["B", "_", "a-b", "a/b"]
