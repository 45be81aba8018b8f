"""Bounds of an endpoint's answer on the wire: beneath TLS, and before HTTP is parsed."""

from collections.abc import Callable, Mapping
from typing import Any

from anyio.abc import ByteStream

MOST_BYTES = 65_536
"""Bytes that an endpoint may send in one attempt, TLS included."""

MOST_PIECES = 100
"""Pieces in which they may come. Each costs the same, if it is of one byte or of thousands."""

PIECE = 4096
"""Bytes received at once. Between two pieces the event loop serves others."""


class TooLong(Exception):
    """The endpoint sent more than an attempt takes."""


class Wire(ByteStream):
    """A connection to an endpoint, until the endpoint has sent its share."""

    def __init__(self, stream: ByteStream):
        self._stream = stream
        self._bytes = MOST_BYTES
        self._pieces = MOST_PIECES

    async def receive(self, max_bytes: int = PIECE) -> bytes:
        """Raises TooLong, and anyio's errors."""
        if not self._bytes or not self._pieces:
            raise TooLong
        piece = await self._stream.receive(min(max_bytes, PIECE, self._bytes))
        self._bytes -= len(piece)
        self._pieces -= 1
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
