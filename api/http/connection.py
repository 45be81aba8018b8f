"""A client's connection: uvicorn's own, with a bound on the time that a request takes to arrive.

uvicorn bounds only the idle time after an answer: a client that sends nothing, half a head or half
a body would keep its connection, and the memory of its request, for ever.
"""

from asyncio import BaseTransport, TimerHandle
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

LATE = "kith.late"
"""Set in the scope of a request whose body didn't arrive in time."""

TRANSPORT = "kith.transport"
"""In every scope: the transport, to close the connection or see if it is closed."""

LOOKS = 3
"""Checks within `arrival`: the bound is exact to a third of it."""


class Connection(HttpToolsProtocol):
    """A request's head, and then its body, have `arrival` seconds to arrive.

    A timer for each request would cost every request, so the connection has one: it checks
    periodically what is awaited, and counts how often that was the same.
    """

    arrival: ClassVar[float] = 30.0

    _awaited: object = None
    _looks = 0
    _next_look: TimerHandle | None = None

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._ahead: list[RequestResponseCycle] = []

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._awaited = self._missing()
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next_look is not None:
            self._next_look.cancel()
        # Of several pipelined requests, uvicorn tells only the last that the client is gone.
        for request in self._ahead:
            request.disconnected = True
            request.message_event.set()
        super().connection_lost(exc)

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
        answer, which may be an event stream."""
        request = self.cycle
        if request is None or request.response_complete:
            return request, False  # the rest of a body after its answer counts as a head
        if self.pipeline or request.response_started or not request.more_body:
            return None
        return request, True

    def _look_later(self) -> None:
        self._next_look = self.loop.call_later(self.arrival / LOOKS, self._look)

    def _look(self) -> None:
        missing = self._missing()
        self._looks = self._looks + 1 if missing is not None and missing == self._awaited else 0
        self._awaited = missing
        if missing is not None and self._looks >= LOOKS:
            _, body = missing
            if not body:
                self.transport.close()
                return
            # The route that reads the body wakes up and refuses the request.
            scope: dict[str, Any] = self.cycle.scope  # type: ignore[assignment]
            scope[LATE] = True
            self.cycle.message_event.set()
        self._look_later()
