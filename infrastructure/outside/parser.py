"""The parser of a response, with bounds of its own.

The parser is the one in C, because its time is linear. That of h11 is quadratic for a header of
spaces before a byte that isn't allowed: one of 100 KB stops the event loop for minutes.
"""

from anyio import BrokenResourceError, ClosedResourceError, EndOfStream
from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserUpgrade,
    HttpResponseParser,
)

from infrastructure.outside.wire import TooLong

MOST_HEADERS = 200
"""Headers of a response, with those of informational answers before it."""

MOST_INFORMATIONAL = 10
"""Informational answers (1xx) before a response."""

MOST_BESIDE = 65_536
"""Bytes in a row that are no body: heads, sizes and extensions of chunks, trailers. The parser
copies a header anew with each of its pieces."""

SWITCHING_PROTOCOLS = 101

BROKEN = (
    BrokenResourceError,
    ClosedResourceError,
    EndOfStream,
    HttpParserError,
    OSError,  # such as ssl.SSLError, once the handshake is over
)


class ResponseParser:
    """`status` is None until the head of the response is complete; `headers` has lower-case names,
    and the last value of each. `reusable` says, once it `ended`, that its connection can carry
    another exchange."""

    def __init__(self, *, lenient: bool = False):
        self.status: int | None = None
        self.headers: dict[bytes, bytes] = {}
        self.ended = False
        self.reusable = False
        self._count = self._informational = self._beside = 0
        self._parser = HttpResponseParser(self)
        if lenient:
            # Leniency lets one response pass for two, so only where a connection carries one.
            self._parser.set_dangerous_leniencies(
                lenient_headers=True,
                lenient_chunked_length=True,
                lenient_transfer_encoding=True,
                lenient_data_after_close=True,
                lenient_optional_cr_before_lf=True,
            )

    def feed(self, piece: bytes) -> None:
        """Raises HttpParserError, and TooLong for a head or trailer without end."""
        self._beside += len(piece)
        try:
            self._parser.feed_data(piece)
        except HttpParserUpgrade:
            self.ended = True
        except HttpParserCallbackError as error:
            raise (error.__context__ or error) from None
        except HttpParserError:
            self.reusable = False
            if not self.ended:
                raise
        if not self.ended and self._beside > MOST_BESIDE:
            raise TooLong

    @property
    def until_closed(self) -> bool:
        """True if the end of the connection is the end of the body (RFC 9112, 6.3)."""
        framing = {b"content-length", b"transfer-encoding"}
        return self.status is not None and not framing & self.headers.keys()

    def body(self, piece: bytes) -> None:
        """A piece of the body."""

    def on_message_begin(self) -> None:
        if self.ended:
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status is not None:
            return  # a trailer
        self._count += 1
        if self._count > MOST_HEADERS:
            self.ended = True
        self.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        if self.ended or self.status is not None:
            return
        status = self._parser.get_status_code()
        if status >= 200 or status == SWITCHING_PROTOCOLS:
            self.status = status
            return
        self.headers.clear()
        self._informational += 1
        self.ended = self._informational > MOST_INFORMATIONAL

    def on_body(self, body: bytes) -> None:
        self._beside = 0
        if not self.ended:
            self.body(body)

    def on_message_complete(self) -> None:
        if self.status is not None and not self.ended:
            self.ended = True
            self.reusable = self._parser.should_keep_alive()
