"""The server's own log, which explains a failed start."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from infrastructure.embedded.errors import EmbeddedPostgresError

_TAIL_LINES = 12
_TAIL_BYTES = 8192
_KEEP_BYTES = 8 * 1024 * 1024


class ServerLog:
    """The file of PostgreSQL's output, with one former generation."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = 0  # the offset of the current server's lines

    @contextmanager
    def open_for_append(self) -> Iterator[IO[bytes]]:
        """The file, for the server that is about to start."""
        try:
            if self._path.exists() and self._path.stat().st_size > _KEEP_BYTES:
                self._path.replace(self._path.with_suffix(".log.1"))
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL's log {self._path} can't be written: {error.strerror}."
            ) from error
        with os.fdopen(descriptor, "ab") as file:
            self._start = os.fstat(descriptor).st_size
            yield file

    def tail(self) -> str:
        """The newest lines since the last start, for an error message."""
        return "\n".join(self._lines()[-_TAIL_LINES:]) or f"its log {self._path} says nothing"

    def last_line(self) -> str:
        return (self._lines() or ["its log says nothing yet"])[-1]

    def _lines(self) -> list[str]:
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(self._start, end - _TAIL_BYTES))
                return file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return []
