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
from functools import partial
from io import BufferedReader
from itertools import chain
from pathlib import Path

MESSAGE_LIMIT = 64 * 1024 * 1024  # bytes
Progress = Callable[[int, int], None]  # bytes of the file read so far, bytes in all

_LINE_LIMIT = 2_000  # bytes; a longer line is read in pieces
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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
            magic = file.peek(4)
            source: BufferedReader = file
            if magic.startswith(b"\x1f\x8b"):
                source = BufferedReader(gzip.GzipFile(fileobj=file))
            elif magic.startswith(b"PK\x03\x04"):
                raise MailboxError(f"{path} is a zip archive: import the .mbox inside it.")
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
    ordinal, dropped, raw = 1, 0, bytearray()
    for line in chain([first], lines):
        if line.startswith(b"From ") and raw.endswith((b"\n\n", b"\n\r\n")):
            below = next(lines, b"")
            if _is_separator(line, below):
                yield _message(ordinal, offset, dropped, raw)
                offset += dropped + len(raw)
                ordinal, dropped, raw = ordinal + 1, 0, bytearray()
            raw += line + below
        else:
            raw += line
        if len(raw) > MESSAGE_LIMIT:
            dropped += len(raw) - 3  # an empty line is told by the last three bytes
            del raw[:-3]
    yield _message(ordinal, offset, dropped, raw)


def _is_separator(line: bytes, below: bytes) -> bool:
    return bool(_TIME_THEN_YEAR.search(line) or (line.endswith(b"\n") and _FIELD.match(below)))


def _message(ordinal: int, offset: int, dropped: int, raw: bytearray) -> RawMessage:
    if dropped:
        return RawMessage(ordinal, offset, dropped + len(raw), None)
    quoted = b"\n>From " in raw or b"\n>>" in raw
    whole = _QUOTED_FROM.sub(rb"\1", raw) if quoted else bytes(raw)
    return RawMessage(ordinal, offset, len(raw), whole)
