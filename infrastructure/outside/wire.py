"""Bounds of an answer on the wire: beneath TLS, and before HTTP is parsed."""

from collections.abc import Callable, Mapping
from typing import Any

from anyio.abc import ByteStream

PIECE = 4096
"""Bytes received at once. Between two pieces the event loop serves others."""


class TooLong(Exception):
    """The other side sent more than it may."""


class Share:
    """The bytes that the other side may send, TLS included, and the pieces in which they may come:
    each piece costs the same, if it is of one byte or of thousands."""

    def __init__(self, *, bytes: int, pieces: int):
        self._whole = bytes, pieces
        self.renew()

    def renew(self) -> None:
        """Begin anew, for the next exchange on a connection."""
        self._bytes, self._pieces = self._whole

    def left(self, most: int) -> int:
        """The bytes of the next piece, at most so many. Raises TooLong."""
        if self._bytes <= 0 or self._pieces <= 0:
            raise TooLong
        return min(most, PIECE, self._bytes)

    def take(self, count: int) -> None:
        self._bytes -= count
        self._pieces -= 1


class Wire(ByteStream):
    """A connection, until the other side has sent its share."""

    def __init__(self, stream: ByteStream, share: Share):
        self._stream = stream
        self._share = share

    async def receive(self, max_bytes: int = PIECE) -> bytes:
        """Raises TooLong, and anyio's errors."""
        piece = await self._stream.receive(self._share.left(max_bytes))
        self._share.take(len(piece))
        return piece

    async def send(self, item: bytes) -> None:
        await self._stream.send(item)

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        await self._stream.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        return self._stream.extra_attributes
