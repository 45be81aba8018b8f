"""Locks between processes that the kernel releases by itself, however a process ends.

That is why they are flocks and not files with a process id in them: after kill -9, a power
cut, or in another container on the same volume, nothing has to be cleaned up or guessed.
A flock belongs to the open file, so a child process that inherits the descriptor holds it too.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infrastructure.embedded.errors import EmbeddedPostgresError

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.02
_MENTION_AFTER_SECONDS = 2.0


class FileLock:
    """One open lock file: hold it shared or exclusively, then `close` it."""

    def __init__(self, path: Path) -> None:
        # O_NOFOLLOW: root must not be led elsewhere by a symbolic link laid in the way.
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
        """Lock for ourselves alone. When it fails, a lock held before may be lost with it."""
        return self._try(fcntl.LOCK_EX)

    def close(self) -> None:
        """Close our descriptor; the lock goes with the last process that holds it open."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def alone(path: Path, *, timeout_seconds: float) -> Iterator[None]:
    """Wait until no other process is inside `alone` with this file, then run the block.

    Raises EmbeddedPostgresError when the others take longer than `timeout_seconds`.
    """
    lock = FileLock(path)
    try:
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
    finally:
        lock.close()
