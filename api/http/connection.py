"""A client's connection: uvicorn's own, with bounds on the size of a head and on the times of a
request and of its answer.

uvicorn bounds only the idle time after an answer: a client that sends nothing, half a head or half
a body, or doesn't read its answer, would keep its connection, and the memory of both, for ever; a
head of any length, and any number of requests ahead of their answers, would be kept in memory.
"""

import fcntl
import json
import struct
import termios
from asyncio import BaseTransport, Task, TimerHandle
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.connections import Connections

LATE = "kith.late"
"""Set in the scope of a request whose body didn't arrive in time."""

TRANSPORT = "kith.transport"
"""In every scope: the transport, to close the connection or see if it is closed."""

READS = ("GET", "HEAD")
"""Methods of requests that are canceled when their client goes. The others are carried out."""

LOOKS = 3
"""Checks within `arrival`: the bound is exact to a third of it."""

HEAD_BYTES = 64 * 1024
"""Bytes of a head, of a chunk's own head, and of the trailers."""

HEADERS = 200
"""Header fields of a head."""

PIPELINED = 32
"""Requests that a connection may send ahead of their answers."""

NO_SNIFFING = ("x-content-type-options", "nosniff")
"""In every answer, also in those of the server itself: browsers take a body for what it is called.
"""

_TOO_LARGE = json.dumps(
    {
        "type": "about:blank",
        "title": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE.phrase,
        "status": 431,
        "code": "head_too_large",
        "detail": f"A request's head has {HEAD_BYTES} bytes and {HEADERS} fields at most.",
    }
).encode()
_REFUSAL = (
    "HTTP/1.1 431 Request Header Fields Too Large\r\n"
    "content-type: application/problem+json\r\n"
    f"{': '.join(NO_SNIFFING)}\r\n"
    f"content-length: {len(_TOO_LARGE)}\r\nconnection: close\r\n\r\n"
).encode() + _TOO_LARGE


class _Counted:
    """A transport that counts the bytes written to it."""

    def __init__(self, transport: BaseTransport):
        self._transport: Any = transport
        self.written = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self._transport.write(data)

    @property
    def waiting(self) -> int:
        """Bytes that the system hasn't taken yet."""
        return int(self._transport.get_write_buffer_size())

    @property
    def taken(self) -> int:
        """Bytes that the client has taken."""
        return self.written - self.waiting - self._in_the_system()

    def _in_the_system(self) -> int:
        """Bytes that the system holds for the client: often more than a megabyte, of which it
        takes more only when a good part is gone."""
        try:
            where = self._transport.get_extra_info("socket").fileno()
            (held,) = struct.unpack("i", fcntl.ioctl(where, termios.TIOCOUTQ, bytes(4)))
        except OSError:  # not known here
            return 0
        return int(held)


class Connection(HttpToolsProtocol):
    """A request's head, and then its body, have `arrival` seconds to arrive. A client that takes
    nothing of an answer for as long is cut.

    A timer for each request would cost every request, so the connection has one: it checks
    periodically what is awaited, and counts how often that was the same.
    """

    arrival: ClassVar[float] = 30.0

    _awaited: object = None
    _looks = 0
    _taken = 0  # bytes of answers that the client had taken at the last look
    _unread = 0  # looks at which an answer waited and nothing more had been taken
    _exchange: Task[None] | None = None  # of the request that is being answered
    _partial = 0  # bytes since the last head, piece of a body or end of a request
    _next_look: TimerHandle | None = None

    def __init__(self, *args: Any, among: Connections, **options: Any):
        super().__init__(*args, **options)
        self._ahead: list[RequestResponseCycle] = []
        self._among = among

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(_Counted(transport))  # type: ignore[arg-type]
        self._among.opened(self)
        self._awaited = self._missing()
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        self._among.closed(self)
        if self._next_look is not None:
            self._next_look.cancel()
        # Of several pipelined requests, uvicorn tells only the last that the client is gone.
        for request in self._ahead:
            request.disconnected = True
            request.message_event.set()
        if self._exchange is not None:
            self._exchange.cancel()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        exchange = self.loop.create_task(cycle.run_asgi(app))
        exchange.add_done_callback(self.tasks.discard)
        self.tasks.add(exchange)
        self._exchange = exchange if cycle.scope["method"] in READS else None

    def on_response_complete(self) -> None:
        self._exchange = None
        super().on_response_complete()
        if self.cycle.response_complete:
            self.cycle.body.clear()  # what nobody has read of it
            self._among.answered(self)

    def data_received(self, data: bytes) -> None:
        start = 0
        while start < len(data):
            room = HEAD_BYTES - self._partial
            if room <= 0:
                self._refuse_head()
                return
            piece = data[start : start + room]
            start += len(piece)
            self._partial += len(piece)
            super().data_received(piece)
            if self.transport.is_closing():
                return

    def on_headers_complete(self) -> None:
        self._partial = 0
        if len(self.headers) > HEADERS:
            raise ValueError("too many header fields")  # ends the parsing, as a malformed head does
        if len(self.pipeline) >= PIPELINED:
            raise ValueError("too many requests ahead of their answers")
        self._among.asked(self)
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        too_many = self.headers is not None and len(self.headers) > HEADERS
        if too_many or self._answering():
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _refuse_head(self) -> None:
        # An earlier answer may be under way, and the refusal would end up inside of it.
        if not self._answering():
            self.transport.write(_REFUSAL)
        self.transport.close()

    def _answering(self) -> bool:
        request = self.cycle
        if request is None or request.response_complete:
            return False
        return bool(self.pipeline) or request.response_started or not request.more_body

    def on_body(self, body: bytes) -> None:
        self._partial = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._partial = 0
        super().on_message_complete()

    def on_message_begin(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._ahead.append(self.cycle)
        elif self._ahead:
            self._ahead.clear()
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope[TRANSPORT] = self.transport

    def _missing(self) -> tuple[object, bool] | None:
        """The request that is awaited, and True if its body is; None while the client waits for an
        answer, which may be an event stream, or while nothing is under way after an answer."""
        request = self.cycle
        if self._answering():
            return None
        if request is not None and not request.response_complete:
            return request, True
        # The rest of a body after its answer counts as a head.
        if request is None or request.more_body or self._partial:
            return request, False
        return None

    def _look_later(self) -> None:
        self._next_look = self.loop.call_later(self.arrival / LOOKS, self._look)

    def _is_unread(self) -> bool:
        """True if an answer waits of which the client has taken nothing for `arrival` seconds."""
        transport: Any = self.transport
        if not transport.waiting:
            self._unread = 0
            return False
        taken = transport.taken
        self._unread = self._unread + 1 if taken == self._taken else 0
        self._taken = taken
        return self._unread >= LOOKS

    def _look(self) -> None:
        if self._is_unread():
            self.transport.abort()  # closing it would wait for the client
            return
        missing = self._missing()
        self._looks = self._looks + 1 if missing is not None and missing == self._awaited else 0
        self._awaited = missing
        if missing is not None and self._looks >= LOOKS:
            _, body = missing
            if not body:
                self.transport.close()
                self._look_later()  # an answer may still wait
                return
            # The route that reads the body wakes up and refuses the request.
            scope: dict[str, Any] = self.cycle.scope  # type: ignore[assignment]
            scope[LATE] = True
            self.cycle.message_event.set()
        self._look_later()
