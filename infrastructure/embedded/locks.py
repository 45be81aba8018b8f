"""Locks between processes, released by the kernel however a process ends.

They are flocks and not pid files, so that nothing has to be cleaned up or guessed after kill -9, a
power cut, or in another container on the same volume. A flock belongs to the open file, so a child
process that inherits the descriptor holds the lock too.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from infrastructure.embedded.errors import EmbeddedPostgresError

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.02
_MENTION_AFTER_SECONDS = 2.0


class FileLock:
    """An open lock file, to be held shared or exclusively; closed by the context or by `close`."""

    def __init__(self, path: Path) -> None:
        # O_NOFOLLOW: a symbolic link mustn't lead root elsewhere.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self.descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"The lock file {path} can't be opened: {error.strerror}."
            ) from error

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Hold the lock exclusively; True if that succeeded. A failure may lose a shared lock."""
        return self._try(fcntl.LOCK_EX)

    def close(self) -> None:
        """Close our descriptor; the lock is free once no process holds the file open."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def alone(path: Path, *, timeout_seconds: float) -> Iterator[None]:
    """Run the block while no other process is inside `alone` with this file.

    Raises EmbeddedPostgresError after waiting for `timeout_seconds`.
    """
    with FileLock(path) as lock:
        began = time.monotonic()
        mentioned = False
        while not lock.try_exclusive():
            waited = time.monotonic() - began
            if waited > timeout_seconds:
                raise EmbeddedPostgresError(
                    f"Another kith process has been starting or stopping PostgreSQL for more than "
                    f"{timeout_seconds:.0f} seconds; it holds {path}."
                )
            if waited > _MENTION_AFTER_SECONDS and not mentioned:
                log.info("Waiting for another kith process that starts or stops PostgreSQL.")
                mentioned = True
            time.sleep(_POLL_SECONDS)
        yield
