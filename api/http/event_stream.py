"""A response without an end: server-sent events, to a client that may be slow or gone.

The connection of a client that reads nothing is aborted, because closing it would wait for the
client.
"""

import asyncio
import time

from fastapi.sse import EventSourceResponse
from starlette.types import Message, Receive, Scope, Send

from api.http.connection import TRANSPORT
from api.streams.stream import EventStream

HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # so that proxies don't buffer events
}


class EventStreamResponse(EventSourceResponse):
    def __init__(self, stream: EventStream):
        super().__init__(stream.frames(), headers=HEADERS)
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["kith.answered"] = time.perf_counter()  # the stream doesn't count as latency
        if TRANSPORT in scope:
            # The only way to end a connection whose client doesn't read.
            self._stream.cut = scope[TRANSPORT].abort
            # A piece waits until the client has taken the one before.
            scope[TRANSPORT].set_write_buffer_limits(0)
            scope[TRANSPORT].get_protocol().answers_without_end()
        loop = asyncio.get_running_loop()

        async def send_in_time(message: Message) -> None:
            deadline = loop.call_later(self._stream.source.patience, self._stream.cut)
            try:
                await send(message)
            finally:
                deadline.cancel()

        try:
            await super().__call__(scope, receive, send_in_time)
        finally:
            self._stream.leave()
