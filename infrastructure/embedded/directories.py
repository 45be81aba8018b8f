"""The directories of a cluster and their permissions.

For an ordinary user everything is inside the data directory. For root the server runs as another
user, who needs access to the cluster: a data directory that kith makes can be passed through (0711,
its secrets are 0600), but no other directory is ever opened. Where one of those is in the way, the
cluster is put under /var/lib/kith and `postgres` in the data directory links to it.

A home holds `data` (the cluster), `socket`, `server.log`, `users.lock` (held shared by every kith
process that uses the server) and `server.lock` (held by the server's own processes, so free once
the last of them has ended).
"""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from infrastructure.embedded.accounts import Account
from infrastructure.embedded.errors import EmbeddedPostgresError

SYSTEM_DIRECTORY = Path("/var/lib/kith")

# A socket's address holds 107 bytes on Linux, 103 on macOS; "/.s.PGSQL.5432.lock" comes on top.
_LONGEST_SOCKET_DIRECTORY = 84


def make_data_directory(data_dir: Path) -> None:
    """Make the data directory unless it exists.

    As root a new or empty directory is opened for others to pass through; the permissions of any
    other stay as they are.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and data_dir.stat().st_uid == 0 and not any(data_dir.iterdir()):
            data_dir.chmod(stat.S_IMODE(data_dir.stat().st_mode) | 0o011)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The data directory {data_dir} can't be made or read: {error.strerror}. "
            f"KITH_DATA_DIR chooses another."
        ) from error


def home_for(data_dir: Path, account: Account) -> Path:
    """The directory of the cluster and its files: the one chosen at an earlier start, or a new one.

    Raises EmbeddedPostgresError if its files are gone, or if the account has lost access to them.
    """
    entry = data_dir / "postgres"
    if entry.is_symlink() and not entry.exists():
        raise EmbeddedPostgresError(
            f"{entry} says that the database is in {entry.readlink()}, but nothing is there. "
            f"Bring it back, or remove {entry} to begin with an empty database."
        )
    if not entry.exists():
        _make_home(entry, account)
    home = entry.resolve()
    if not account.can_enter(home):
        raise EmbeddedPostgresError(
            f"The user {account.name}, who runs PostgreSQL, can't get to {home}: one of the "
            f"directories above it isn't open to others (chmod o+x opens one). "
            f"The database there is left as it is."
        )
    return home


def _make_home(entry: Path, account: Account) -> None:
    if account.is_ours:
        entry.mkdir(mode=0o700)
    elif account.can_enter(entry.parent):
        make_passable(entry)
    else:
        make_passable(SYSTEM_DIRECTORY)
        clusters = make_passable(SYSTEM_DIRECTORY / "clusters")
        # A new name: an existing one is the database of a data directory that was removed.
        prefix = hashlib.sha256(os.fsencode(entry.parent)).hexdigest()[:12] + "-"
        target = Path(tempfile.mkdtemp(prefix=prefix, dir=clusters))
        target.chmod(0o711)
        entry.symlink_to(target)


def make_passable(path: Path) -> Path:
    """Make a directory that others can pass through but not list, unless it exists."""
    try:
        path.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return path
    path.chmod(0o711)  # a strict umask would restrict the mode of mkdir
    return path


def make_owned_directory(path: Path, account: Account) -> None:
    """Make `path` a directory that only `account` (and root) can enter, unless it exists."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
        raise EmbeddedPostgresError(
            f"{path} is needed for PostgreSQL, but somebody else has made it. Remove it, or "
            f"choose another data directory with KITH_DATA_DIR."
        )
    # The maker of one that exists may have been killed before the chown, or its mode changed since.
    path.chmod(0o700)
    if found.st_uid != account.uid:
        os.chown(path, account.uid, account.gid)


def socket_directory(home: Path) -> Path:
    """The directory of the server's socket: in the home, or under /tmp if that path is too long."""
    inside = home / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_DIRECTORY:
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"kith-{digest}"  # noqa: S108 - its owner and mode are checked
