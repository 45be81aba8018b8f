"""The PostgreSQL of a data directory, shared by all kith processes that use the directory.

The first process starts the server, the last one stops it. Each holds a shared lock, so a process
that is killed no longer counts. A server that dies, for example when the system runs out of memory,
is restarted.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg

from infrastructure.embedded.accounts import account_for
from infrastructure.embedded.binaries import binaries_for
from infrastructure.embedded.cluster import make_cluster
from infrastructure.embedded.directories import (
    existing_home,
    make_data_directory,
    make_home,
    require_access,
)
from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import FileLock, alone
from infrastructure.embedded.server import Server

log = logging.getLogger(__name__)

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
}

_START_SECONDS = 600.0
_STOP_SECONDS = 60.0

LOOK = 1.0
"""Seconds between two checks for a server that has died."""

AGAIN = 10.0
"""Seconds before the next try after a failed start."""

LEAVE = 5.0
"""Seconds that the end of the process waits for a start in progress."""


class EmbeddedPostgres:
    """The PostgreSQL of one data directory.

        with EmbeddedPostgres(data_dir) as postgres:
            psycopg.connect(postgres.url)

    An object is for one thread at a time. Every failure is an EmbeddedPostgresError.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.absolute()
        self._server: Server | None = None
        self._use: FileLock | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The connection string of the database `kith`, once started."""
        if self._url is None:
            raise EmbeddedPostgresError("The embedded PostgreSQL hasn't been started.")
        return self._url

    def start(self) -> str:
        """Use the server, starting it unless it runs, and return its connection string.

        A second call restarts a server that has died.
        """
        try:
            make_data_directory(self._data_dir)
            return self._start(self._data_dir)
        except (OSError, psycopg.Error) as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL couldn't be started for {self._data_dir}: {error}"
            ) from error

    def _start(self, data_dir: Path) -> str:
        with alone(data_dir / "postgres.lock", timeout_seconds=_START_SECONDS):
            home = existing_home(data_dir)
            cluster = home.cluster if home is not None and home.cluster.exists() else None
            account = account_for(cluster)
            if home is None:
                home = make_home(data_dir, account)
            require_access(home, account)
            binaries = binaries_for(account)
            make_cluster(home, binaries, account)
            if self._use is None:
                use = FileLock(home.users_lock)
                if not use.try_shared():  # only the last to leave excludes others, inside `alone`
                    use.close()
                    raise EmbeddedPostgresError(f"{home.users_lock} is held by another program.")
                self._use = use
            server = Server(home, binaries, account)
            try:
                server.ensure_running(_SETTINGS, timeout_seconds=_START_SECONDS)
                server.ensure_database()
            except BaseException:
                self._release()
                raise
        self._server = server
        self._url = server.url()
        return self._url

    def has_died(self) -> bool:
        """True if the server has ended since it was started here."""
        return self._server is None or self._server.has_ended()

    def stop(self) -> None:
        """Release the server, and stop it if no other process uses it. Idempotent."""
        if self._use is None or self._server is None:
            return
        lock = self._data_dir / "postgres.lock"
        try:
            with alone(lock, timeout_seconds=_STOP_SECONDS):
                if self._use.try_exclusive():
                    self._server.stop(timeout_seconds=_STOP_SECONDS)
        finally:
            self._release()

    def _release(self) -> None:
        if self._use is not None:
            self._use.close()
        self._use = self._server = self._url = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def kept(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """The server, started now and restarted whenever it dies inside the block."""
    with postgres:
        stopped = threading.Event()
        keeper = threading.Thread(
            target=_keep, args=(postgres, stopped), name="PostgreSQL's keeper", daemon=True
        )
        keeper.start()
        try:
            yield postgres
        finally:
            stopped.set()
            keeper.join(LEAVE)


def _keep(postgres: EmbeddedPostgres, stopped: threading.Event) -> None:
    pause = LOOK
    while not stopped.wait(pause):
        pause = LOOK
        try:
            if postgres.has_died():
                log.warning("PostgreSQL has died; it is started again")
                postgres.start()
        except EmbeddedPostgresError as error:
            log.error("%s", error)
            pause = AGAIN
