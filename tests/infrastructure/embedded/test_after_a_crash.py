import contextlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError, kept
from tests.infrastructure.embedded.support import (
    alive,
    another_user,
    kill_postmaster,
    kill_server,
    notes,
    postmaster,
    running,
    write_note,
)


def test_after_kill_9_of_everything_the_next_start_has_what_was_acknowledged(data_dir: Path):
    with another_user(data_dir):
        postgres = EmbeddedPostgres(data_dir)
        write_note(postgres.start(), "acknowledged")
        kill_server(data_dir)
    with EmbeddedPostgres(data_dir) as after:
        assert notes(after.url) == ["acknowledged"]
    postgres.stop()


def test_after_kill_9_of_the_postmaster_the_next_start_works(data_dir: Path):
    with EmbeddedPostgres(data_dir) as postgres:
        write_note(postgres.url, "before")
        kill_postmaster(data_dir)
        with EmbeddedPostgres(data_dir) as another:
            write_note(another.url, "after")
        assert running(data_dir), "the first user is still there"
        assert notes(postgres.url) == ["after", "before"]
    assert not running(data_dir)


def test_starting_again_brings_back_a_server_that_died(data_dir: Path):
    with EmbeddedPostgres(data_dir) as postgres:
        kill_server(data_dir)
        write_note(postgres.start(), "back")
    assert not running(data_dir)


@pytest.mark.parametrize("kill", [kill_server, kill_postmaster])
def test_a_server_that_dies_alone_is_back_in_a_moment_and_stopped_in_the_end(data_dir: Path, kill):
    with kept(EmbeddedPostgres(data_dir)) as postgres:
        write_note(postgres.url, "kept")
        kill(data_dir)
        assert comes_back(postgres, seconds=60)
        assert notes(postgres.url) == ["kept"]
    assert not running(data_dir)


def test_a_server_without_supervision_is_detected(data_dir: Path, monkeypatch):
    monkeypatch.setattr(EmbeddedPostgres, "has_died", lambda _: False)
    with kept(EmbeddedPostgres(data_dir)) as postgres:
        kill_server(data_dir)
        assert not comes_back(postgres, seconds=3)


def comes_back(postgres: EmbeddedPostgres, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(postgres.url).close()
            return True
        time.sleep(0.1)
    return False


def test_a_user_that_was_killed_no_longer_counts(data_dir: Path):
    with another_user(data_dir):
        pass
    assert running(data_dir), "nobody stopped it"
    with EmbeddedPostgres(data_dir):
        pass
    assert not running(data_dir)


def test_a_start_waits_for_what_a_dead_postmaster_left_behind(data_dir: Path):
    with EmbeddedPostgres(data_dir) as postgres:
        first = postmaster(data_dir)
        assert first is not None
        connection = psycopg.connect(postgres.url, autocommit=True)
        backend = psutil.Process(connection.info.backend_pid)
        backend.suspend()  # it doesn't look whether the postmaster lives
        kill_postmaster(data_dir)
        with ThreadPoolExecutor(1) as pool:
            starting = pool.submit(postgres.start)
            try:
                with pytest.raises(TimeoutError):
                    starting.result(0.5)
                assert alive(backend.pid)
            finally:
                backend.resume()
        starting.result()
        assert not alive(backend.pid)
        connection.close()
        second = postmaster(data_dir)
        assert second is not None
        assert second.pid != first.pid
    log = (data_dir / "postgres" / "server.log").read_text()
    assert "pre-existing shared memory block" not in log


def test_a_process_id_that_is_now_somebody_elses_is_no_obstacle(data_dir: Path):
    with EmbeddedPostgres(data_dir) as postgres:
        write_note(postgres.url, "kept")
        pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        kill_server(data_dir)
        # As after a restart of a container, where everything gets the same numbers again.
        lines[0] = str(os.getppid())
        pid_file.write_text("\n".join(lines) + "\n")
        assert notes(postgres.start()) == ["kept"]


def test_a_cluster_that_was_only_half_made_is_made_anew(data_dir: Path):
    with EmbeddedPostgres(data_dir):
        pass
    home = data_dir / "postgres"
    (home / "data").rename(home / "data.unfinished")
    (home / "data.unfinished" / "PG_VERSION").unlink()
    with EmbeddedPostgres(data_dir) as postgres:
        write_note(postgres.url, "new")
    assert not (home / "data.unfinished").exists()


def test_broken_data_are_reported_and_not_replaced(data_dir: Path):
    with EmbeddedPostgres(data_dir):
        pass
    control = data_dir / "postgres" / "data" / "global" / "pg_control"
    content = control.read_bytes()
    control.write_bytes(b"")
    with pytest.raises(EmbeddedPostgresError, match="didn't start"):
        EmbeddedPostgres(data_dir).start()
    control.write_bytes(content)
    with EmbeddedPostgres(data_dir):
        pass
