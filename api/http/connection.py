"""One client's connection: uvicorn's own, which doesn't wait for a request for ever.

uvicorn bounds how long a connection may be idle after an answer, and nothing else: one that sends
nothing, half a head or half a body would be kept, with what it has sent, for as long as it likes.
"""

from asyncio import BaseTransport, TimerHandle
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

LATE = "kith.late"
"""In the scope of a request whose body didn't arrive in time."""

TRANSPORT = "kith.transport"
"""In every scope: the connection itself, to end it or to see whether it has ended."""

LOOKS = 3
"""How often, in the time that a request has, it is looked at: so some may have a third more."""


class Connection(HttpToolsProtocol):
    """A request's head, and then its body, have `arrival` seconds to arrive.

    There is one timer for the connection instead of one for each request, which would be a cost of
    every request: it looks now and then at what is awaited, and counts how often it was the same.
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
        # uvicorn tells the last of several requests in line alone that the client is gone.
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
        """What the client owes: a head, or the body of this request; None while an answer is owed
        to the client, be it a slow one or an event stream."""
        request = self.cycle
        if request is None or request.response_complete:
            return request, False  # what is left of a body after its answer counts as a head
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
            # Whoever waits for it learns of it and refuses the request.
            scope: dict[str, Any] = self.cycle.scope  # type: ignore[assignment]
            scope[LATE] = True
            self.cycle.message_event.set()
        self._look_later()
