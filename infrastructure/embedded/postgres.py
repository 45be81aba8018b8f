"""The PostgreSQL of a data directory, shared by all kith processes that use the directory.

The first process starts the server, the last one stops it. Each holds a shared lock, so a process
that is killed no longer counts. A server that dies, for example when the system runs out of memory,
is restarted.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg

from infrastructure.embedded.accounts import account_for
from infrastructure.embedded.binaries import binaries_for
from infrastructure.embedded.cluster import SUPERUSER, make_cluster
from infrastructure.embedded.directories import home_for, make_data_directory
from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import alone, open_lock, opened_lock, try_lock
from infrastructure.embedded.server import Server

log = logging.getLogger(__name__)

_START_SECONDS = 600.0
_STOP_SECONDS = 60.0

LOOK = 1.0
"""Seconds between two checks for a server that has died, and for a log that has grown."""

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
        self._lock = self._data_dir / "postgres.lock"
        self._server: Server | None = None
        self._use: int | None = None

    @property
    def url(self) -> str:
        """The connection string of the database `kith` as its owner, once started."""
        return self._running.url()

    @property
    def superuser_url(self) -> str:
        """The same as the cluster's superuser, for maintenance. kith itself never takes it."""
        return self._running.url(role=SUPERUSER)

    @property
    def _running(self) -> Server:
        if self._server is None:
            raise EmbeddedPostgresError("The embedded PostgreSQL hasn't been started.")
        return self._server

    def start(self) -> str:
        """Use the server, starting it unless it runs, and return its connection string.

        A second call restarts a server that has died.
        """
        try:
            make_data_directory(self._data_dir)
            with alone(self._lock, timeout_seconds=_START_SECONDS):
                self._start()
        except (OSError, psycopg.Error) as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL couldn't be started for {self._data_dir}: {error}"
            ) from error
        return self.url

    def _start(self) -> None:
        account = account_for((self._data_dir / "postgres" / "data").resolve())
        home = home_for(self._data_dir, account)
        binaries = binaries_for(account)
        make_cluster(home, binaries, account)
        users = home / "users.lock"
        if self._use is None:
            self._use = open_lock(users)
        try:
            # Only the last to leave excludes others, inside `alone`.
            if not try_lock(self._use, fcntl.LOCK_SH):
                raise EmbeddedPostgresError(f"{users} is held by another program.")
            self._server = Server(home, binaries, account)
            self._server.ensure_running(timeout_seconds=_START_SECONDS)
            self._server.ensure_database()
        except BaseException:
            self._release()
            raise

    def rotate_log(self) -> None:
        """Rotate the server's log if it has grown too large, unless another process is at it."""
        with opened_lock(self._lock) as lock:
            if try_lock(lock):
                self._running.rotate_log()

    def has_died(self) -> bool:
        """True if the server has ended since it was started here."""
        return self._server is None or self._server.has_ended()

    def stop(self) -> None:
        """Release the server, and stop it if no other process uses it. Idempotent."""
        if self._use is None or self._server is None:
            return
        try:
            with alone(self._lock, timeout_seconds=_STOP_SECONDS):
                if try_lock(self._use):
                    self._server.stop(timeout_seconds=_STOP_SECONDS)
        finally:
            self._release()

    def _release(self) -> None:
        if self._use is not None:
            os.close(self._use)
        self._use = self._server = None

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
            postgres.rotate_log()
        except EmbeddedPostgresError as error:
            log.error("%s", error)
            pause = AGAIN
