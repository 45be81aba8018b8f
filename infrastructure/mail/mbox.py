"""Streams the messages of an mbox file of any size, plain or gzipped.

A message starts at a line `From …` at the start of the file or after an empty line. Many programs
don't quote such a line in a body, so a separator must also have a time of day in it or a header
field below it. `>From ` is unquoted as in mboxo and mboxrd.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MESSAGE_LIMIT = 64 * 1024 * 1024  # bytes
Progress = Callable[[int, int], None]  # bytes of the file read so far, bytes in all

_CHUNK = 1 << 20
_LOOK_AHEAD = 2_000  # bytes after a `From ` that decide if a message starts there
_TIME_THEN_YEAR = re.compile(rb"\d:\d\d[^\n]{0,20}\b\d{4}\b")
_FIELD = re.compile(rb">?[A-Za-z][A-Za-z0-9-]*:")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


class MailboxError(Exception):
    """The file isn't a mailbox, or is damaged; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message of the file, with its From_ line."""

    ordinal: int  # from 1
    offset: int  # in the uncompressed file
    size: int  # bytes
    raw: bytes | None  # None if the message is larger than MESSAGE_LIMIT


def read_messages(path: Path, progress: Progress | None = None) -> Iterator[RawMessage]:
    """The messages of the mailbox in order.

    Raises MailboxError if the file isn't a mailbox, or after the last message before damage.
    """
    try:
        with path.open("rb") as file:
            total = path.stat().st_size
            magic = file.read(4)
            file.seek(0)
            source: BinaryIO = file
            if magic.startswith(b"\x1f\x8b"):
                source = gzip.GzipFile(fileobj=file)  # type: ignore[assignment]
            elif magic == b"PK\x03\x04":
                raise MailboxError(f"{path} is a zip archive: import the .mbox inside it.")
            yield from _Splitter(path, source).messages(
                lambda: progress(file.tell(), total) if progress else None
            )
            if progress:
                progress(total, total)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MailboxError(f"{path} is damaged: its gzip data ends or breaks early.") from error
    except OSError as error:
        raise MailboxError(f"{path} can't be read: {error.strerror or error}.") from error


class _Splitter:
    """Buffers the message being read, and at most a chunk more."""

    def __init__(self, path: Path, source: BinaryIO) -> None:
        self._path = path
        self._source = source
        self._buffer = bytearray()
        self._base = 0  # offset of the buffer's first byte in the file
        self._ended = False
        self._ordinal = 0
        self._dropped = 0  # bytes dropped of an oversized message

    def messages(self, chunk_read: Callable[[], None]) -> Iterator[RawMessage]:
        while len(self._buffer) < len(b"From ") and not self._ended:
            self._fill()
            chunk_read()
            self._skip_empty_lines()
        if not self._buffer:
            return
        if not self._buffer.startswith(b"From "):
            raise MailboxError(
                f"{self._path} isn't an mbox: its first line doesn't begin with 'From '."
            )
        at = 1  # offset from which to search the next message's start
        while True:
            start = self._next_start(at)
            if start >= 0:
                yield self._take(start)
                at = 1
                continue
            if self._ended:
                yield self._take(len(self._buffer))
                return
            # A separator may lie across the end of the buffer.
            at = max(1, len(self._buffer) - _LOOK_AHEAD - 8)
            if len(self._buffer) > MESSAGE_LIMIT:
                self._dropped += at - 1
                self._base += at - 1
                del self._buffer[: at - 1]
                at = 1
            self._fill()
            chunk_read()

    def _fill(self) -> None:
        chunk = self._source.read(_CHUNK)
        self._ended = not chunk
        self._buffer += chunk

    def _skip_empty_lines(self) -> None:
        lead = 3 if self._buffer.startswith(b"\xef\xbb\xbf") else 0
        while bytes(self._buffer[lead : lead + 1]) in {b"\n", b"\r"}:
            lead += 1
        del self._buffer[:lead]
        self._base += lead

    def _next_start(self, at: int) -> int:
        """The index of the next `From ` that starts a message; -1 if more must be read."""
        buffer = self._buffer
        while True:
            line_end = buffer.find(b"\nFrom ", at)
            if line_end < 0:
                return -1
            start = line_end + 1
            if not self._ended and len(buffer) - start < _LOOK_AHEAD:
                return -1
            after_empty = buffer.endswith((b"\n", b"\n\r"), 0, line_end)
            if after_empty and _is_separator(bytes(buffer[start : start + _LOOK_AHEAD])):
                return start
            at = start

    def _take(self, end: int) -> RawMessage:
        self._ordinal += 1
        size = self._dropped + end
        raw = None if size > MESSAGE_LIMIT else _unquoted(bytes(self._buffer[:end]))
        message = RawMessage(self._ordinal, self._base - self._dropped, size, raw)
        del self._buffer[:end]
        self._base += end
        self._dropped = 0
        return message


def _is_separator(lines: bytes) -> bool:
    line, line_end, below = lines.partition(b"\n")
    return bool(_TIME_THEN_YEAR.search(line) or (line_end and _FIELD.match(below)))


def _unquoted(raw: bytes) -> bytes:
    if b"\n>From " in raw or b"\n>>" in raw:
        return _QUOTED_FROM.sub(rb"\1", raw)
    return raw
