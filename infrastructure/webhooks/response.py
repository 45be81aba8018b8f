"""The head of a response, and as much of its body as is read.

The parser is the one in C, because its time is linear. That of h11 is quadratic for a header of
spaces before a byte that isn't allowed: one of 100 KB stops the event loop for minutes.
"""

from typing import NamedTuple

from anyio import BrokenResourceError, ClosedResourceError, EndOfStream
from anyio.abc import ByteStream
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from infrastructure.webhooks.wire import PIECE, TooLong

MOST_HEADERS = 200
"""Headers of a response, with those of informational answers before it."""

MOST_INFORMATIONAL = 10
"""Informational answers (1xx) before a response."""

MOST_READ = 4096
"""Bytes of a response's body."""

SWITCHING_PROTOCOLS = 101

BROKEN = (
    BrokenResourceError,
    ClosedResourceError,
    EndOfStream,
    HttpParserError,
    OSError,  # such as ssl.SSLError, once the handshake is over
)


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
    return Head(parsing.status, parsing.retry_after)


class _Parsing:
    """The parser's protocol. `status` is None until the head of the response is complete."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.retry_after: bytes | None = None
        self.ended = False
        self._headers = self._informational = self._body = 0
        self._parser = HttpResponseParser(self)
        # Leniency lets one response pass for two. There is one on each connection.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_transfer_encoding=True,
            lenient_data_after_close=True,
            lenient_optional_cr_before_lf=True,
        )

    def feed(self, piece: bytes) -> None:
        """Raises HttpParserError."""
        try:
            self._parser.feed_data(piece)
        except HttpParserUpgrade:
            self.ended = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status is not None:
            return  # a trailer
        self._headers += 1
        self.ended = self.ended or self._headers > MOST_HEADERS
        if name.lower() == b"retry-after":
            self.retry_after = value

    def on_headers_complete(self) -> None:
        if self.ended or self.status is not None:
            return
        status = self._parser.get_status_code()
        if status >= 200 or status == SWITCHING_PROTOCOLS:
            self.status = status
            return
        self.retry_after = None
        self._informational += 1
        self.ended = self._informational > MOST_INFORMATIONAL

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        self.ended = self.ended or self._body >= MOST_READ

    def on_message_complete(self) -> None:
        self.ended = self.ended or self.status is not None
