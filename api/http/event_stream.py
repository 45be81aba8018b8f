"""A response that has no end of its own: server-sent events, to a client that may be slow or gone.

A client that takes nothing of what it is sent is cut: closing its connection would wait for it.
"""

import asyncio
import time

from fastapi.sse import EventSourceResponse
from starlette.types import Message, Receive, Scope, Send

from api.http.connection import TRANSPORT
from api.streams.stream import Stream

HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # a proxy would otherwise keep events back
}


class EventStream(EventSourceResponse):
    def __init__(self, stream: Stream):
        super().__init__(stream.frames(), headers=HEADERS)
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["kith.answered"] = time.perf_counter()  # the rest isn't how long an answer takes
        if TRANSPORT in scope:
            # There is no other way to end a connection whose client doesn't read.
            self._stream.cut = scope[TRANSPORT].abort
        loop = asyncio.get_running_loop()

        async def send_in_time(message: Message) -> None:
            deadline = loop.call_later(self._stream.patience, self._stream.cut)
            try:
                await send(message)
            finally:
                deadline.cancel()

        try:
            await super().__call__(scope, receive, send_in_time)
        finally:
            self._stream.leave()
