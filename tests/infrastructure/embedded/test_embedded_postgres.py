import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.infrastructure.embedded.support import (
    another_user,
    notes,
    postmaster,
    running,
    setting,
    write_note,
)


def test_a_written_row_survives_a_stop_and_a_start(empty_dir: Path):
    with EmbeddedPostgres(empty_dir / "new" / "directory") as postgres:
        write_note(postgres.url, "kept")
    with EmbeddedPostgres(empty_dir / "new" / "directory") as postgres:
        assert notes(postgres.url) == ["kept"]


@pytest.mark.parametrize("name", ["fsync", "synchronous_commit", "full_page_writes"])
def test_acknowledged_writes_are_on_disk(postgres: EmbeddedPostgres, name: str):
    assert setting(postgres, name) == "on"


def test_text_is_compared_by_code_point_and_folded_by_unicode(postgres: EmbeddedPostgres):
    with psycopg.connect(postgres.url) as connection:
        row = connection.execute("SELECT 'a' < 'B', lower('ÄÉ')").fetchone()
    assert row == (False, "äé")


def test_trigrams_see_every_letter(database):
    with psycopg.connect(database()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT similarity('müü', 'maa'), similarity('ü', 'ü')").fetchone()
    assert row is not None
    assert row[0] < 0.5
    assert row[1] == 1


def test_the_server_listens_on_no_network_address(postgres: EmbeddedPostgres):
    assert setting(postgres, "listen_addresses") == ""


def test_socket_and_data_belong_to_the_servers_user_alone(data_dir: Path):
    with EmbeddedPostgres(data_dir):
        for name in ("socket", "data"):
            found = (data_dir / "postgres" / name).stat()
            assert stat.S_IMODE(found.st_mode) == 0o700
            assert found.st_uid != 0


def test_the_server_is_out_of_reach_of_the_terminal(data_dir: Path):
    with EmbeddedPostgres(data_dir):
        server = postmaster(data_dir)
        assert server is not None
        assert os.getsid(server.pid) != os.getsid(0)
        assert server.terminal() is None


def test_a_failed_start_is_reported_in_the_servers_own_words(data_dir: Path):
    configuration = data_dir / "postgres" / "data" / "postgresql.conf"
    written = configuration.read_text()
    configuration.write_text(f"{written}\njitt = on\n")
    with pytest.raises(EmbeddedPostgresError, match='unrecognized configuration parameter "jitt"'):
        EmbeddedPostgres(data_dir).start()
    configuration.write_text(written)
    with EmbeddedPostgres(data_dir) as postgres:
        assert setting(postgres, "jit") == "off"


def test_the_last_user_to_leave_stops_the_server(data_dir: Path):
    first, second = EmbeddedPostgres(data_dir), EmbeddedPostgres(data_dir)
    assert first.start() == second.start()
    first.stop()
    assert running(data_dir)
    write_note(second.url, "still there")
    second.stop()
    assert not running(data_dir)


def test_another_process_keeps_the_server_running(data_dir: Path):
    with another_user(data_dir):
        with EmbeddedPostgres(data_dir) as postgres:
            write_note(postgres.url, "shared")
        assert running(data_dir)
    with EmbeddedPostgres(data_dir):
        pass
    assert not running(data_dir)


def test_starting_and_stopping_twice_does_no_harm(data_dir: Path):
    postgres = EmbeddedPostgres(data_dir)
    assert postgres.start() == postgres.start()
    postgres.stop()
    assert not running(data_dir)
    postgres.stop()


def test_a_server_not_started_has_no_address(data_dir: Path):
    with pytest.raises(EmbeddedPostgresError, match="hasn't been started"):
        EmbeddedPostgres(data_dir).url  # noqa: B018 - asking is the test


def test_many_first_starts_at_once_make_one_database(empty_dir: Path):
    users = [EmbeddedPostgres(empty_dir) for _ in range(6)]
    with ThreadPoolExecutor(len(users)) as pool:
        urls = set(pool.map(EmbeddedPostgres.start, users))
        assert len(urls) == 1
        write_note(urls.pop(), "one for all")
        list(pool.map(EmbeddedPostgres.stop, users))
    assert not running(empty_dir)


def test_interrupting_kith_stops_the_server_in_order(data_dir: Path):
    program = (
        "import sys, time; from pathlib import Path;"
        "from infrastructure.embedded import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[1])) as postgres:\n"
        "    print(postgres.url, flush=True)\n"
        "    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", program, str(data_dir)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C does
        process.wait(60)
    assert not running(data_dir)
    log = (data_dir / "postgres" / "server.log").read_text()
    assert "database system is shut down" in log.splitlines()[-1]


def test_data_of_another_major_version_is_left_alone(data_dir: Path):
    with EmbeddedPostgres(data_dir):
        pass
    version = data_dir / "postgres" / "data" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 15"):
        EmbeddedPostgres(data_dir).start()
