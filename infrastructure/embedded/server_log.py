"""The server's own log, which explains a failed start."""

import os
from pathlib import Path
from typing import IO

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import open_private

_TAIL_LINES = 12
_TAIL_BYTES = 8192
_KEEP_BYTES = 8 * 1024 * 1024


class ServerLog:
    """The file of PostgreSQL's output, with one former generation."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = 0  # the offset of the current server's lines

    def open_for_append(self) -> IO[bytes]:
        """The file, for the server that is about to start."""
        try:
            self._start = self._path.stat().st_size if self._path.exists() else 0
            if self._start > _KEEP_BYTES:
                self._path.replace(self._path.with_suffix(".log.1"))
                self._start = 0
            return open(self._path, "ab", opener=open_private)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL's log {self._path} can't be written: {error.strerror}."
            ) from error

    def tail(self) -> str:
        """The newest lines since the last start, for an error message."""
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(self._start, end - _TAIL_BYTES))
                lines = file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        return "\n".join(lines[-_TAIL_LINES:]) or f"its log {self._path} says nothing"
