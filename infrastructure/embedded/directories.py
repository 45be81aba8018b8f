"""The directories of a cluster and their permissions.

For an ordinary user everything is inside the data directory. For root the server runs as another
user, who needs access to the cluster: a data directory that kith makes can be passed through (0711,
its secrets are 0600), but no other directory is ever opened. Where one of those is in the way, the
cluster is put under /var/lib/kith and `postgres` in the data directory links to it.
"""

import hashlib
import logging
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infrastructure.embedded.accounts import Account
from infrastructure.embedded.errors import EmbeddedPostgresError

log = logging.getLogger(__name__)

SYSTEM_DIRECTORY = Path("/var/lib/kith")

# A socket's address holds 107 bytes on Linux, 103 on macOS; "/.s.PGSQL.5432.lock" comes on top.
_LONGEST_SOCKET_DIRECTORY = 84


@dataclass(frozen=True)
class Home:
    """The directory of one cluster and its files."""

    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def users_lock(self) -> Path:
        """Held shared by every kith process that uses the server."""
        return self.path / "users.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server's own processes, so free once the last of them has ended."""
        return self.path / "server.lock"


def make_data_directory(data_dir: Path) -> None:
    """Make the data directory unless it exists.

    As root a new or empty directory is opened for others to pass through; the permissions of any
    other stay as they are.
    """
    try:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        if not data_dir.is_dir():
            data_dir.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and data_dir.stat().st_uid == 0 and not any(data_dir.iterdir()):
            data_dir.chmod(stat.S_IMODE(data_dir.stat().st_mode) | 0o011)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The data directory {data_dir} can't be made or read: {error.strerror}. "
            f"KITH_DATA_DIR chooses another."
        ) from error


def existing_home(data_dir: Path) -> Home | None:
    """The home chosen at an earlier start, if there was one."""
    entry = data_dir / "postgres"
    if not entry.exists():
        if entry.is_symlink():
            raise EmbeddedPostgresError(
                f"{entry} says that the database is in {entry.readlink()}, but nothing is there. "
                f"Bring it back, or remove {entry} to begin with an empty database."
            )
        return None
    return Home(entry.resolve())


def make_home(data_dir: Path, account: Account) -> Home:
    """Choose and make the home of a new cluster."""
    entry = data_dir / "postgres"
    if account.is_ours:
        entry.mkdir(mode=0o700)
    elif account.can_enter(data_dir):
        make_passable(entry)
    else:
        make_passable(SYSTEM_DIRECTORY)
        clusters = make_passable(SYSTEM_DIRECTORY / "clusters")
        # A new name: an existing one is the database of a data directory that was removed.
        prefix = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12] + "-"
        target = Path(tempfile.mkdtemp(prefix=prefix, dir=clusters))
        target.chmod(0o711)
        entry.symlink_to(target)
        log.info(
            "The user %s can't get to %s, so the database is put in %s.",
            account.name,
            data_dir,
            target,
        )
    return Home(entry.resolve())


def require_access(home: Home, account: Account) -> None:
    """Raise EmbeddedPostgresError if the account has lost access to an existing cluster."""
    if not account.can_enter(home.path):
        raise EmbeddedPostgresError(
            f"The user {account.name}, who runs PostgreSQL, can't get to {home.path}: one of the "
            f"directories above it isn't open to others (chmod o+x opens one). "
            f"The database there is left as it is."
        )


def make_passable(path: Path) -> Path:
    """Make a directory that others can pass through but not list, unless it exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return path
    path.chmod(0o711)  # a strict umask would restrict the mode of mkdir
    return path


def make_owned_directory(path: Path, account: Account) -> None:
    """Make `path` a directory that only `account` (and root) can enter, unless it exists."""
    try:
        path.mkdir(mode=0o700)
        if not account.is_ours:
            os.chown(path, account.uid, account.gid)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise EmbeddedPostgresError(
                f"{path} is needed for PostgreSQL, but somebody else has made it. Remove it, or "
                f"choose another data directory with KITH_DATA_DIR."
            ) from None
        # Its maker may have been killed before the chown, or its mode changed since.
        path.chmod(0o700)
        if found.st_uid != account.uid:
            os.chown(path, account.uid, account.gid)


def socket_directory(home: Home) -> Path:
    """The directory of the server's socket: in the home, or under /tmp if that path is too long."""
    inside = home.path / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_DIRECTORY:
        return inside
    digest = hashlib.sha256(os.fsencode(home.path)).hexdigest()[:16]
    return Path("/tmp") / f"kith-{digest}"  # noqa: S108 - its owner and mode are checked
