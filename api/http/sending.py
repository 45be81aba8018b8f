"""Answers that wait for their clients, within a budget of memory.

An answer is in memory until its client has taken it, but for what sockets hold. A small one isn't
counted; for a large one, its connection waits, and its bytes are its tenant's meanwhile.
"""

import time

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.http.pieces import PieceByPiece
from projections.paging import PAGE_BYTES

SMALL = 64 * 1024
"""Bytes of an answer that isn't counted."""


def size_of(response: Response) -> int:
    """Bytes of an answer that are in memory at once; 0 for an event stream, which has a bound of
    its own."""
    if isinstance(response, PieceByPiece):
        return PAGE_BYTES
    return len(getattr(response, "body", b""))


async def send_until_taken(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an answer, and wait until its client has taken it."""
    scope["kith.answered"] = time.perf_counter()  # the client's time doesn't count as latency

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            await send({**message, "more_body": True})
            message = {"type": "http.response.body", "body": b""}  # waits for what was before
        await send(message)

    await response(scope, receive, send_on)
