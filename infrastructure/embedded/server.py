"""The server process of one cluster: started detached, found again, stopped.

Process ids can't prove that the server runs. All of its processes inherit a lock file, so the lock
is free exactly when the last one has ended: also after kill -9 of the postmaster, while an orphaned
backend is still running.
"""

import os
import shlex
import signal
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from infrastructure.embedded.accounts import Account
from infrastructure.embedded.binaries import Binaries
from infrastructure.embedded.cluster import SUPERUSER
from infrastructure.embedded.directories import make_owned_directory, socket_directory
from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import opened_lock, try_lock
from infrastructure.embedded.owner import DATABASE, OWNER, ensure_database, hand_over
from infrastructure.embedded.server_log import ServerLog

_PORT = 5432  # only names the socket; the server listens on no network address
_POLL_SECONDS = 0.02

# Acknowledged commits are on disk: PostgreSQL's own defaults, made explicit.
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

_SETTINGS = {
    **_DURABLE,
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",  # disks no longer seek
    "jit": "off",  # compiling costs more than our short queries take
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "lc_messages": "C",
    "listen_addresses": "",
    "port": str(_PORT),
}


class Server:
    """The PostgreSQL server over `home`. Callers exclude each other (see locks.alone)."""

    def __init__(self, home: Path, binaries: Binaries, account: Account) -> None:
        self._home = home
        self._binaries = binaries
        self._account = account
        self._cluster = home / "data"
        self._lock = home / "server.lock"
        self._sockets = socket_directory(home)
        self._log = ServerLog(home / "server.log")

    def url(self, database: str = DATABASE, role: str = OWNER) -> str:
        """The connection string of a database on this server."""
        host = quote(str(self._sockets), safe="")
        return f"postgresql://{role}@/{database}?host={host}&port={_PORT}"

    def ensure_running(self, *, timeout_seconds: float) -> None:
        """Start the server unless it runs, and return when it answers.

        Recovery after a crash may take minutes on a large database; `timeout_seconds` includes it.
        """
        deadline = time.monotonic() + timeout_seconds
        started = False
        while not self._answers():
            with opened_lock(self._lock) as lock:
                if try_lock(lock):
                    if started:
                        raise EmbeddedPostgresError(
                            f"PostgreSQL didn't start in {self._home}: {self._log.tail()}"
                        )
                    self._launch(lock)
                    started = True
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL in {self._home} hasn't answered for {timeout_seconds:.0f} "
                    f"seconds: {self._log.tail()}"
                )
            time.sleep(_POLL_SECONDS)

    def ensure_database(self) -> None:
        """Make the database unless it is there, and give all of it to its owner."""
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            ensure_database(connection)
        with psycopg.connect(self.url(role=SUPERUSER)) as connection:
            hand_over(connection)

    def rotate_log(self) -> None:
        self._log.rotate()

    def has_ended(self) -> bool:
        """True if no process of the server is left."""
        with opened_lock(self._lock) as lock:
            return try_lock(lock)

    def stop(self, *, timeout_seconds: float) -> None:
        """Stop the server if it runs; transactions in progress are rolled back."""
        deadline = time.monotonic() + timeout_seconds
        asked = False
        with opened_lock(self._lock) as lock:
            while not try_lock(lock):
                pid = self._postmaster()
                if not asked and pid is not None:
                    os.kill(pid, signal.SIGINT)  # a fast shutdown
                    asked = True
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"PostgreSQL in {self._home} hasn't stopped within "
                        f"{timeout_seconds:.0f} seconds: {self._log.tail()}"
                    )
                time.sleep(_POLL_SECONDS)

    def _launch(self, lock: int) -> None:
        """Start the postmaster, detached from kith, with our lock inherited."""
        self._remove_stale_files()
        make_owned_directory(self._sockets, self._account)
        settings = {**_SETTINGS, "unix_socket_directories": str(self._sockets)}
        options = [f"-c {name}={shlex.quote(value)}" for name, value in settings.items()]
        with self._log.open_for_append() as output:
            launched = self._account.run(
                *(self._binaries.directory / "pg_ctl", "start", "--no-wait", "--silent"),
                *("--pgdata", self._cluster, "--options", " ".join(options)),
                output=output,
                pass_fds=[lock],
            )
        if launched.returncode != 0:
            raise EmbeddedPostgresError(
                f"PostgreSQL couldn't be started in {self._home}: {self._log.tail()}"
            )

    def _answers(self) -> bool:
        """True if the server accepts connections."""
        # Its file first, because a connection made too early leaves an error in its log.
        if self._pid_file_lines()[7:8] != ["ready"]:
            return False
        try:
            psycopg.connect(self.url("postgres", SUPERUSER), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _pid_file_lines(self) -> list[str]:
        try:
            text = (self._cluster / "postmaster.pid").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [line.strip() for line in text.splitlines()]

    def _postmaster(self) -> int | None:
        """The process id of the postmaster that serves our cluster, None if none runs."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].isdigit():
            return None
        try:
            arguments = psutil.Process(int(lines[0])).cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        # A zombie has no arguments, and an unrelated process has others.
        return int(lines[0]) if str(self._cluster) in arguments else None

    def _remove_stale_files(self) -> None:
        """Remove the pid file and the socket of a server that died, if its process id is in use.

        PostgreSQL would take the zombie or the unrelated process for a running server and refuse to
        start. We hold the lock that all of the server's processes held, so none is left. A pid file
        whose process id isn't in use is left to PostgreSQL, which checks more closely.
        """
        pid = self._postmaster()
        if pid is not None:
            raise EmbeddedPostgresError(
                f"Another PostgreSQL, which kith didn't start (process {pid}), already runs on "
                f"{self._cluster}. Stop it and try again."
            )
        lines = self._pid_file_lines()
        if lines and lines[0].isdigit() and psutil.pid_exists(int(lines[0])):
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{_PORT}.lock", f".s.PGSQL.{_PORT}"):
            (self._sockets / name).unlink(missing_ok=True)
