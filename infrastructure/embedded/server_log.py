"""The server's own log, which explains a failed start."""

import os
from pathlib import Path
from typing import IO

from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import open_private

_TAIL_LINES = 12
_TAIL_BYTES = 8192

KEEP_BYTES = 8 * 1024 * 1024
"""Bytes at which the log is rotated, by a start or while the server runs."""


class ServerLog:
    """The file of PostgreSQL's output, and one former generation beside it.

    The server keeps the file open, so a rotation copies and empties it: lines written in between
    are lost. Callers exclude each other.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start = 0  # the offset of the current server's lines

    def open_for_append(self) -> IO[bytes]:
        """The file, for the server that is about to start."""
        try:
            self._rotate()
            self._start = self._path.stat().st_size if self._path.exists() else 0
            # It is written to from several processes, and emptied meanwhile: always at its end.
            return open(self._path, "ab", opener=open_private)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL's log {self._path} can't be written: {error.strerror}."
            ) from error

    def rotate(self) -> None:
        """Keep the newest KEEP_BYTES of a log that is larger, and begin it anew."""
        try:
            self._rotate()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"PostgreSQL's log {self._path} can't be rotated: {error.strerror}."
            ) from error

    def _rotate(self) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        if size <= KEEP_BYTES:
            return
        with open(self._path, "r+b", opener=open_private) as file:
            file.seek(size - KEEP_BYTES)
            try:
                with open(self._path.with_suffix(".log.1"), "wb", opener=open_private) as former:
                    former.write(file.read(KEEP_BYTES))
            finally:
                file.truncate(0)  # above all on a full disk
        self._start = 0

    def tail(self) -> str:
        """The newest lines since the last start, for an error message."""
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                begin = self._start if self._start <= end else 0  # another process has rotated it
                file.seek(max(begin, end - _TAIL_BYTES))
                lines = file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        return "\n".join(lines[-_TAIL_LINES:]) or f"its log {self._path} says nothing"
