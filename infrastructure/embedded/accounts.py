"""The user that runs the server.

An ordinary user runs the server under their own account. PostgreSQL refuses to run as root, so root
runs it as the owner of the cluster: for a new one the system user `kith`, which can't log in and
owns nothing else.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import alone

SYSTEM_USER = "kith"

# In a directory that only root writes to and that is there before any of kith's own.
_USERADD_LOCK = Path("/run/kith-useradd.lock")
_USERADD_SECONDS = 60.0

# Not the caller's environment, whose PG* variables and locale would change the server.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent"}


@dataclass(frozen=True)
class Account:
    """The user of the operating system that runs PostgreSQL's programs."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, entry: pwd.struct_passwd) -> Self:
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @property
    def is_ours(self) -> bool:
        """True if kith itself runs as this user."""
        return self.uid == os.geteuid()

    def run(
        self,
        *command: str | Path,
        output: IO[bytes] | int = subprocess.PIPE,
        pass_fds: Sequence[int] = (),
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run a program as this user, in a session of its own, and wait for its end.

        The exit status of a program that can't be found or run is 126.
        """
        identity: dict[str, Any] = {}
        if not self.is_ours:
            identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        try:
            return subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_ENVIRONMENT,
                cwd="/",  # this user may lack access to ours
                start_new_session=True,  # so that Ctrl-C reaches kith alone
                pass_fds=pass_fds,
                check=False,
                **identity,
            )
        except OSError as error:
            return subprocess.CompletedProcess(command, 126, str(error).encode())

    def can_enter(self, directory: Path) -> bool:
        """True if this user can enter `directory`, ACLs included."""
        if self.is_ours:
            return os.access(directory, os.X_OK)
        return self.run("/bin/sh", "-c", 'cd "$0"', directory).returncode == 0


def account_for(cluster: Path) -> Account:
    """The user that runs the server over a cluster, which may be still to be made."""
    owner = cluster.stat().st_uid if cluster.exists() else None
    me = os.geteuid()
    if me != 0:
        if owner is not None and owner != me:
            raise EmbeddedPostgresError(
                f"The database in {cluster} belongs to the user {_name_of(owner)}; run "
                f"kith as that user, or choose another data directory with KITH_DATA_DIR."
            )
        return Account(_name_of(me), me, os.getegid())
    if owner is None:
        return _system_user()
    if owner == 0:
        raise EmbeddedPostgresError(
            f"The database in {cluster} belongs to root, but PostgreSQL refuses to run "
            f"as root. Give it to another user: chown -R {SYSTEM_USER} {cluster}"
        )
    try:
        return Account.of(pwd.getpwuid(owner))
    except KeyError:
        raise EmbeddedPostgresError(
            f"The database in {cluster} belongs to the user id {owner}, which this system "
            f"doesn't know. Give it to the system user: chown -R {SYSTEM_USER} {cluster}"
        ) from None


def _system_user() -> Account:
    """The system user, created unless it is there.

    useradd looks the name up before it locks the user database, and replaces an entry that was
    written in between: without a lock of ours, a second process would give the user another id.
    """
    entry, reason = _lookup(), ""
    if entry is None:
        with alone(_USERADD_LOCK, timeout_seconds=_USERADD_SECONDS):
            if _lookup() is None:
                reason = _useradd()
        entry = _lookup()
    if entry is None:
        raise EmbeddedPostgresError(
            f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} that it should "
            f"run as couldn't be made ({reason}). Make that user, run kith as an ordinary user, or "
            f"set KITH_DATABASE_URL to a PostgreSQL of your own."
        )
    return Account.of(entry)


def _lookup() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _useradd() -> str:
    """Run useradd, and return its complaint, if any."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return "this system has no useradd"
    made = subprocess.run(
        [
            *(useradd, "--system", "--user-group", "--no-create-home"),
            *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"),
            *("--comment", "kith embedded PostgreSQL", SYSTEM_USER),
        ],
        capture_output=True,
        check=False,
    )
    return made.stderr.decode(errors="replace").strip() or "useradd failed"


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"with the id {uid}"
