"""A real endpoint on this machine: it answers as it is told to, and keeps what it was sent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def verified_by(self, secret: str) -> dict[str, Any]:
        """The event, if this secret signed it."""
        found: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return found


@dataclass
class Answered:
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Answering = Callable[[Received], Answered]


class Receiver:
    """`answer` may be set at any time; it is called in a thread of the request, and may wait."""

    def __init__(self) -> None:
        self.answer: Answering = lambda _: Answered()
        self.received: list[Received] = []
        self.under_way = 0
        self.most_under_way = 0
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.serve(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                """A client that hangs up is no error."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [one.event for one in self.received]

    def answers(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.answer = lambda _: Answered(status, headers or {})

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        length = int(request.headers["Content-Length"])
        body = request.rfile.read(length)
        if len(body) < length:
            return  # whoever sent it is gone
        one = Received(request.path, dict(request.headers), body)
        with self._lock:
            self.received.append(one)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            answered = self.answer(one)
        finally:
            with self._lock:
                self.under_way -= 1
        request.send_response(answered.status)
        for name, value in answered.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(answered.body)))
        request.end_headers()
        request.wfile.write(answered.body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)


@contextmanager
def receiving() -> Iterator[Receiver]:
    one = Receiver()
    try:
        yield one
    finally:
        one.close()
