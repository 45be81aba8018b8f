"""The outermost layer: a request id, metrics, and the answer to an unforeseen error."""

import logging
import re
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.http.connection import TRANSPORT
from infrastructure.metrics import Metrics

logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


class Front:
    """Gives every exchange an `X-Request-ID` (the caller's, if it is a valid one) and counts it."""

    def __init__(self, app: ASGIApp, metrics: Metrics):
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["kith.request_id"] = request_id
        header = (b"x-request-id", request_id.encode())
        started = time.perf_counter()
        status = 500
        begun = False
        asked = scope
        if scope["method"] == "HEAD":
            asked, send = {**scope, "method": "GET"}, _only_the_head(send)

        async def send_on(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                message["headers"] = [*message["headers"], header]
            try:
                await send(message)
            except RuntimeError:
                # The client is gone: end the endpoint, which might produce frames for ever.
                if TRANSPORT in scope and scope[TRANSPORT].is_closing():
                    raise ClientDisconnect from None
                raise

        try:
            await self._app(asked, receive, send_on)
        except ClientDisconnect:
            pass
        except Exception:
            logger.exception("an exchange ended in an unforeseen error")
            if not begun:
                await _apologise(send_on)
        finally:
            route = getattr(asked.get("route"), "path", "")
            answered = asked.get("kith.answered") or time.perf_counter()
            self._metrics.count(scope["method"], route, status, answered - started)


def _only_the_head(send: Send) -> Send:
    """HEAD is answered by the endpoint of GET. An event stream ends after its head."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})

    return send_on


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid7().hex


async def _apologise(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    body = b'{"title":"Internal Server Error","status":500,"code":"internal_error"}'
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
