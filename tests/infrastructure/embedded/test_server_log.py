"""The log of the embedded PostgreSQL stays small while the server runs, and says what is new."""

import stat
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError, kept, server_log
from infrastructure.embedded.server_log import ServerLog
from tests.api.streaming import eventually

SMALL = 10_000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_log, "KEEP_BYTES", SMALL)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


def former(path: Path) -> Path:
    return path.with_suffix(".log.1")


def test_a_log_up_to_the_bound_is_left_alone(path: Path):
    path.write_bytes(b"x" * SMALL)
    ServerLog(path).rotate()
    assert path.stat().st_size == SMALL
    assert not former(path).exists()


def test_a_log_over_the_bound_keeps_its_newest_lines_and_begins_anew(path: Path):
    log = ServerLog(path)
    with log.open_for_append() as server:
        for generation in (b"1", b"2"):
            server.write(b"old" + generation * SMALL)
            server.flush()
            log.rotate()
            assert former(path).read_bytes() == generation * SMALL
            server.write(b"new")
            server.flush()
            assert path.read_bytes() == b"new"
            log.rotate()
            assert path.read_bytes() == b"new"
    assert stat.S_IMODE(former(path).stat().st_mode) == 0o600


def test_a_start_rotates_too(path: Path):
    path.write_bytes(b"x" * SMALL * 2)
    with ServerLog(path).open_for_append() as server:
        assert server.tell() == 0
    assert former(path).stat().st_size == SMALL


def test_the_tail_is_of_this_start_also_after_a_rotation_elsewhere(path: Path):
    log = ServerLog(path)
    path.write_text("before\n" * 1000)
    with log.open_for_append() as server:
        assert "says nothing" in log.tail()
        server.write(b"y" * SMALL)
        server.flush()
        ServerLog(path).rotate()  # another process
        server.write(b"the reason\n")
    assert log.tail() == "the reason"


def test_a_link_in_the_place_of_the_former_log_is_not_followed(path: Path, tmp_path: Path):
    (tmp_path / "precious").write_text("precious")
    former(path).symlink_to(tmp_path / "precious")
    path.write_bytes(b"x" * SMALL * 2)
    with pytest.raises(EmbeddedPostgresError, match="can't be rotated"):
        ServerLog(path).rotate()
    assert (tmp_path / "precious").read_text() == "precious"
    assert path.stat().st_size == 0


def fill(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        for _ in range(3 * SMALL // 100):
            with suppress(psycopg.errors.DivisionByZero):
                connection.execute("SELECT 1/0")


def log_of(data_dir: Path) -> Path:
    return data_dir / "postgres" / "server.log"


def test_a_running_server_writes_on_into_a_log_that_was_rotated(data_dir: Path):
    path = log_of(data_dir)
    with kept(EmbeddedPostgres(data_dir)) as postgres:
        for _ in range(2):
            fill(postgres)
            eventually(lambda: path.stat().st_size < SMALL)
            assert former(path).stat().st_size == SMALL
        with psycopg.connect(postgres.url) as connection, suppress(psycopg.errors.UndefinedTable):
            connection.execute("SELECT FROM nowhere")
        said = former(path).read_bytes() + path.read_bytes()
        assert said.count(b'relation "nowhere" does not exist') == 1
        assert b"\0" not in said


def test_a_log_that_nobody_rotates_grows(data_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(EmbeddedPostgres, "rotate_log", lambda _: None)
    with kept(EmbeddedPostgres(data_dir)) as postgres:
        fill(postgres)
        with pytest.raises(AssertionError):
            eventually(lambda: log_of(data_dir).stat().st_size < SMALL, seconds=3)
