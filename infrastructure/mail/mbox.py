"""Streams the messages of an mbox file of any size, plain or gzipped.

A message starts at a line `From …` at the start of the file or after an empty line. Many programs
don't quote such a line in a body, so a separator must also have a time of day in it or a header
field below it. Where the empty line is missing, it must have both, and the message says so.
`>From ` is unquoted as in mboxo and mboxrd.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, RawIOBase
from itertools import chain
from pathlib import Path
from typing import Any

MESSAGE_LIMIT = 64 * 1024 * 1024  # bytes
Progress = Callable[[int, int], None]  # bytes of the file read so far, bytes in all

_LINE_LIMIT = 2_000  # bytes; a longer line is read in pieces
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TIME_THEN_YEAR = re.compile(rb"\d:\d\d[^\n]{0,20}\b\d{4}\b")
_FIELD = re.compile(rb">?[A-Za-z][A-Za-z0-9-]*:")
_ASCTIME = re.compile(rb"^From .*\b[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d[^\n]*\b\d{4}\b")
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
    adjoined: bool = False  # no empty line before its From_ line


def read_messages(path: Path, progress: Progress | None = None) -> Iterator[RawMessage]:
    """The messages of the mailbox in order.

    Raises MailboxError if the file isn't a mailbox, or after the last message before damage.
    """
    try:
        with path.open("rb") as file:
            total = path.stat().st_size
            magic = file.peek(4)
            source: BufferedReader = file
            if magic.startswith(b"\x1f\x8b"):
                source = BufferedReader(gzip.GzipFile(fileobj=file))
            elif magic.startswith(b"PK\x03\x04"):
                raise MailboxError(f"{path} is a zip archive: import the .mbox inside it.")
            if _is_cr_only(source.peek(_LINE_LIMIT)):
                source = BufferedReader(_CrAsLf(source))
            for message in _messages(path, iter(partial(source.readline, _LINE_LIMIT), b"")):
                yield message
                if progress:
                    progress(file.tell(), total)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise MailboxError(f"{path} is damaged: its gzip data ends or breaks early.") from error
    except OSError as error:
        raise MailboxError(f"{path} can't be read: {error.strerror or error}.") from error


def _messages(path: Path, lines: Iterator[bytes]) -> Iterator[RawMessage]:
    first = next(lines, b"")
    offset = len(_BYTE_ORDER_MARK) if first.startswith(_BYTE_ORDER_MARK) else 0
    first = first[offset:]
    while first and not first.strip(b"\r\n"):
        offset += len(first)
        first = next(lines, b"")
    if not first:
        return
    if not first.startswith(b"From "):
        raise MailboxError(f"{path} isn't an mbox: its first line doesn't begin with 'From '.")
    ordinal, dropped, raw, adjoined = 1, 0, bytearray(), False
    for line in chain([first], lines):
        if line.startswith(b"From ") and raw.endswith(b"\n"):
            below = next(lines, b"")
            apart = raw.endswith((b"\n\n", b"\n\r\n", b"\n\r\r\n"))
            if _is_separator(line, below, apart):
                yield _message(ordinal, offset, dropped, raw, adjoined)
                offset += dropped + len(raw)
                ordinal, dropped, raw, adjoined = ordinal + 1, 0, bytearray(), not apart
            raw += line + below
        else:
            raw += line
        if len(raw) > MESSAGE_LIMIT:
            dropped += len(raw) - 4  # an empty line is told by the last four bytes
            del raw[:-4]
    yield _message(ordinal, offset, dropped, raw, adjoined)


def _is_separator(line: bytes, below: bytes, apart: bool) -> bool:
    named = bool(line.endswith(b"\n") and _FIELD.match(below))
    if not apart:
        return named and bool(_ASCTIME.match(line))
    return named or bool(_TIME_THEN_YEAR.search(line))


def _message(ordinal: int, offset: int, dropped: int, raw: bytearray, adjoined: bool) -> RawMessage:
    if dropped:
        return RawMessage(ordinal, offset, dropped + len(raw), None, adjoined)
    quoted = b"\n>From " in raw or b"\n>>" in raw
    whole = _QUOTED_FROM.sub(rb"\1", raw) if quoted else bytes(raw)
    return RawMessage(ordinal, offset, len(raw), whole, adjoined)


def _is_cr_only(start: bytes) -> bool:
    """True for the first lines of a mailbox in which a CR alone ends a line."""
    first = start.find(b"\r")
    return 0 <= first < len(start) - 1 and b"\n" not in start[: first + 2]


class _CrAsLf(RawIOBase):
    """The bytes of a stream with LF instead of CR."""

    def __init__(self, source: BufferedReader) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read1(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(data)] = data
        return len(data)
