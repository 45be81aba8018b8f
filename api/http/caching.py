"""The caching of answers: documents about the service are kept for an hour. An answer that states
no rule may hold a tenant's data, and is kept nowhere."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = 3600
"""Seconds for which a document may be older than the service."""

CACHEABLE = {"Cache-Control": f"public, max-age={SECONDS}"}
UNCACHED = (b"cache-control", b"no-store")


def cacheable(app: ASGIApp) -> ASGIApp:
    """The application with what it finds, or finds unchanged, cacheable."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 304):
                MutableHeaders(scope=message).update(CACHEABLE)
            await send(message)

        await app(scope, receive, send_on)

    return answer
