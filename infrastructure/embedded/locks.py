"""Locks between processes, released by the kernel however a process ends.

They are flocks and not pid files, so that nothing has to be cleaned up or guessed after kill -9, a
power cut, or in another container on the same volume. A flock belongs to the open file, so a child
process that inherits the descriptor holds the lock too.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infrastructure.embedded.errors import EmbeddedPostgresError

_POLL_SECONDS = 0.02


def open_private(path: str | Path, flags: int) -> int:
    """Open a file that only we read. A symbolic link mustn't lead root elsewhere."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def open_lock(path: Path) -> int:
    """The descriptor of a lock file. A lock on it is free once no process holds the file open."""
    try:
        return open_private(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The lock file {path} can't be opened: {error.strerror}."
        ) from error


@contextmanager
def opened_lock(path: Path) -> Iterator[int]:
    """The descriptor of a lock file, closed at the end of the block."""
    descriptor = open_lock(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Lock the file without waiting; True if that succeeded. A failure may lose a shared lock."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def alone(path: Path, *, timeout_seconds: float) -> Iterator[None]:
    """Run the block while no other process is inside `alone` with this file.

    Raises EmbeddedPostgresError after waiting for `timeout_seconds`.
    """
    with opened_lock(path) as lock:
        deadline = time.monotonic() + timeout_seconds
        while not try_lock(lock):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"Another kith process has been starting or stopping PostgreSQL for more than "
                    f"{timeout_seconds:.0f} seconds; it holds {path}."
                )
            time.sleep(_POLL_SECONDS)
        yield
