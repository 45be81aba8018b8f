"""A whole answer of HTTP, its body inflated, within bounds."""

import asyncio
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from anyio import BrokenResourceError, ClosedResourceError, EndOfStream
from anyio.abc import ByteStream

from infrastructure.outside.parser import ResponseParser
from infrastructure.outside.retry_after import retry_after
from infrastructure.outside.wire import PIECE, TooLong

MOST_BODY = 20_000_000
"""Bytes of a body, once it is inflated."""

PATIENCE = 100.0
"""Seconds between two pieces of an answer, and before the first."""

_GZIP = zlib.MAX_WBITS | 16


class NoSense(Exception):
    """The answer is none of HTTP's."""


class Answer(NamedTuple):
    """`url` is where the answer came from, after redirects. `headers` have lower-case names."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """Seconds."""
        value = self.headers.get("retry-after")
        return None if value is None else retry_after(value.encode("latin-1"))


class Received(NamedTuple):
    """An answer as it came. `reusable` says that its connection can carry another exchange."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    reusable: bool


class Silent(Exception):
    """The connection ended before a byte of the answer: the request may not have been seen."""


async def receive(stream: ByteStream) -> Received:
    """Raises TooLong, NoSense, Silent, TimeoutError, and the errors in BROKEN."""
    parsing, begun = _Whole(), False
    while not parsing.ended:
        try:
            async with asyncio.timeout(PATIENCE):
                piece = await stream.receive(PIECE)
        except (EndOfStream, BrokenResourceError, ClosedResourceError) as error:
            if parsing.until_closed and isinstance(error, EndOfStream):
                break
            if not begun:
                raise Silent from error
            raise
        begun = True
        parsing.feed(piece)
    if parsing.status is None:
        raise TooLong
    headers = {name.decode("latin-1"): text(value) for name, value in parsing.headers.items()}
    return Received(parsing.status, headers, parsing.whole(), parsing.reusable)


def text(value: bytes) -> str:
    return value.decode("latin-1").strip()


class _Whole(ResponseParser):
    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._length = 0
        self._gzip: zlib._Decompress | None = None

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if self.status is None:
            return
        coding = self.headers.get(b"content-encoding", b"identity").strip().lower()
        if coding in (b"gzip", b"x-gzip"):
            self._gzip = zlib.decompressobj(_GZIP)
        elif coding != b"identity":
            raise NoSense

    def body(self, piece: bytes) -> None:
        if self._gzip is not None:
            try:
                piece = self._gzip.decompress(piece, MOST_BODY - self._length + 1)
            except zlib.error as error:
                raise NoSense from error
        self._length += len(piece)
        if self._length > MOST_BODY:
            raise TooLong
        self._pieces.append(piece)

    def whole(self) -> bytes:
        """Raises NoSense for a body that breaks off inside what was deflated."""
        if self._gzip is not None and self._length and not self._gzip.eof:
            raise NoSense
        return b"".join(self._pieces)
