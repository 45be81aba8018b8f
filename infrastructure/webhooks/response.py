"""The head of a response, and as much of its body as is read."""

from typing import NamedTuple

from anyio.abc import ByteStream

from infrastructure.outside.parser import BROKEN, ResponseParser
from infrastructure.outside.wire import PIECE, TooLong

MOST_READ = 4096
"""Bytes of a response's body."""


class Head(NamedTuple):
    """`retry_after` is the header of that name."""

    status: int
    retry_after: bytes | None


async def read(stream: ByteStream) -> Head:
    """Read a response to its end, or a little of its body. Its status stands even if the body
    breaks off. Raises TooLong, and the errors in BROKEN."""
    parsing = _Parsing()
    try:
        while not parsing.ended:
            parsing.feed(await stream.receive(PIECE))
    except (*BROKEN, TooLong):
        if parsing.status is None:
            raise
    if parsing.status is None:
        raise TooLong
    return Head(parsing.status, parsing.headers.get(b"retry-after"))


class _Parsing(ResponseParser):
    def __init__(self) -> None:
        super().__init__(lenient=True)
        self._read = 0

    def body(self, piece: bytes) -> None:
        self._read += len(piece)
        self.ended = self._read >= MOST_READ
