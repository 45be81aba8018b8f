"""A client's connection: uvicorn's own, with bounds on the size of a head and on the times of a
request and of its answer.

uvicorn bounds only the idle time after an answer: a client that sends nothing, half a head or half
a body, or doesn't read its answer, would keep its connection, and the memory of both, for ever; a
head of any length, and any number of requests ahead of their answers, would be kept in memory; a
body of any length would be taken after its answer, and a body in tiny chunks, each of which costs
as much as a long one, would keep the event loop from other clients.
"""

import json
from asyncio import BaseTransport, Task, TimerHandle
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.ahead import check_ahead
from api.http.connections import Connections
from api.http.transport import CountedTransport

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

CHUNKS = 4_096
"""Chunks of a body, and of the bodies that wait behind it, that may be smaller than CHUNK_BYTES on
average."""

CHUNK_BYTES = 256
"""Average bytes of a chunk of a body that has more than CHUNKS."""

UNWANTED_BYTES = 2 * 1024 * 1024
"""Bytes of a body that arrive after its answer has begun, chunk heads included. A client that sends
the whole body before it reads the answer can read it, if the body is within its own bound."""

NO_SNIFFING = ("x-content-type-options", "nosniff")
"""In every answer, also in those of the server itself: browsers take a body for what it is called.
"""


def _refusal(status: HTTPStatus, code: str, detail: str) -> bytes:
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
    }
    body = json.dumps(problem).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "content-type: application/problem+json\r\n"
        f"{': '.join(NO_SNIFFING)}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


_LARGE_HEAD = _refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "head_too_large",
    f"A request's head has {HEAD_BYTES} bytes and {HEADERS} fields at most.",
)
_SMALL_CHUNKS = _refusal(
    HTTPStatus.BAD_REQUEST,
    "too_many_chunks",
    f"The chunks of a body of more than {CHUNKS} have {CHUNK_BYTES} bytes on average at least.",
)


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
    _chunks = 0  # since a request that nothing was ahead of
    _body = 0  # bytes of these chunks
    _unwanted = 0  # bytes since then that came for a body after its answer had begun
    _small_chunks = False  # refused
    _endless = False  # an event stream is being answered
    _next_look: TimerHandle | None = None

    def __init__(self, *args: Any, among: Connections, **options: Any):
        super().__init__(*args, **options)
        self._ahead: list[RequestResponseCycle] = []
        self._among = among

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(CountedTransport(transport))  # type: ignore[arg-type]
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
        self._unset_keepalive_if_required()
        # Cycles of references would keep what waited until the collector runs.
        self.pipeline.clear()
        self._ahead.clear()
        self.cycle = self._awaited = None  # type: ignore[assignment]
        self.scope = self.headers = None  # type: ignore[assignment]

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        exchange = self.loop.create_task(cycle.run_asgi(app))
        exchange.add_done_callback(self.tasks.discard)
        self.tasks.add(exchange)
        self._exchange = exchange if cycle.scope["method"] in READS else None

    def on_response_complete(self) -> None:
        self._exchange = None
        self._endless = False
        super().on_response_complete()
        if self.cycle is not None and self.cycle.response_complete:
            self.cycle.body.clear()  # what nobody has read of it
            self._among.answered(self)

    def data_received(self, data: bytes) -> None:
        start = 0
        while start < len(data):
            room = HEAD_BYTES - self._partial
            if room <= 0:
                self._refuse(_LARGE_HEAD)
                return
            piece = data[start : start + room]
            start += len(piece)
            self._partial += len(piece)
            if self._is_unwanted(len(piece)):
                self.transport.close()
                return
            super().data_received(piece)
            if self.transport.is_closing():
                return

    def on_headers_complete(self) -> None:
        self._partial = 0
        if len(self.headers) > HEADERS:
            raise ValueError("too many header fields")  # ends the parsing, as any error here does
        if self.cycle is not None and not self.cycle.response_complete:
            if self._endless:
                raise ValueError("a request behind an event stream")
            check_ahead([request for request, _ in self.pipeline], self.headers, self.url)
        self._among.asked(self)
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if self._small_chunks:
            self._refuse(_SMALL_CHUNKS)
            return
        too_many = self.headers is not None and len(self.headers) > HEADERS
        if too_many or self._answering():
            self._refuse(_LARGE_HEAD)
        else:
            super().send_400_response(msg)

    def _refuse(self, refusal: bytes) -> None:
        # An earlier answer may be under way, and the refusal would end up inside of it; a request
        # whose body still comes may have its answer already.
        request = self.cycle
        answered = request is not None and request.response_complete and request.more_body
        if not answered and not self._answering():
            self.transport.write(refusal)
        self.transport.close()

    def _is_unwanted(self, size: int) -> bool:
        """True if more has come of a body than is taken once its answer has begun. `size` are the
        bytes that come now."""
        request = self.cycle
        if request is None or not request.response_started or not request.more_body:
            return False
        self._unwanted += size
        return self._unwanted > UNWANTED_BYTES

    def answers_without_end(self) -> None:
        """The request that is being answered has an answer without an end: nothing may wait behind
        it, so a connection where something does is closed."""
        self._endless = True
        if self.pipeline:
            self.transport.close()

    def _answering(self) -> bool:
        request = self.cycle
        if request is None or request.response_complete:
            return False
        return bool(self.pipeline) or request.response_started or not request.more_body

    def on_chunk_header(self) -> None:
        self._chunks += 1
        if self._chunks > CHUNKS and self._body < CHUNK_BYTES * (self._chunks - 1):
            self._small_chunks = True
            raise ValueError("too many small chunks")

    def on_body(self, body: bytes) -> None:
        self._partial = 0
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._partial = 0
        super().on_message_complete()
        self.cycle.more_body = False  # uvicorn leaves it, if the answer came before the body's end

    def on_message_begin(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._ahead = [each for each in self._ahead if not each.response_complete]
            self._ahead.append(self.cycle)
        else:
            self._ahead.clear()
            self._chunks = self._body = self._unwanted = 0
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
