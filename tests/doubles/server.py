"""A small HTTP server of JSON, with an authorization server beside it, that fails on demand."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit


class Request(NamedTuple):
    """`path` is unquoted in its segments; `body` is JSON, or a form as a dict."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Reply(NamedTuple):
    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


class Failure(NamedTuple):
    """A reply in the place of the next one that `concerns` a request. With `after`, what was asked
    for is done all the same: the answer is what gets lost."""

    reply: Reply
    concerns: Callable[[Request], bool]
    after: bool = False


class Double:
    """Subclasses answer in `api`, and check what is asked of them and what they answer. `origin` is
    set once it listens. `requests` are those to the API, `forms` those for tokens, `broken` what
    broke a rule; without `checks_answers` the double may answer what its service never would.
    `client` is the id and the secret of the client it knows, `mark` the end of all its tokens."""

    client = ("client", "secret")
    mark = ""

    def __init__(self) -> None:
        self.origin = ""
        self.requests: list[Request] = []
        self.forms: list[Mapping[str, str]] = []
        self.broken: list[str] = []
        self.failures: deque[Failure] = deque()
        self.lock = threading.RLock()
        self.codes: dict[str, dict[str, str]] = {}
        self.access, self.refresh = "access-0", "refresh-0"
        self.renewals = 0
        self.revoked = False
        self.turns_over = False
        self.checks_answers = True

    def api(self, request: Request) -> Reply:
        raise NotImplementedError

    def fail(
        self,
        reply: Reply,
        concerns: Callable[[Request], bool] = lambda _: True,
        *,
        after: bool = False,
    ) -> None:
        self.failures.append(Failure(reply, concerns, after))

    def answer(self, request: Request) -> Reply:
        with self.lock:
            if request.path[-1] in ("token", "revoke"):
                return self._tokens(request)
            if request.headers.get("authorization") != f"Bearer {self.access}":
                return Reply(401, {"error": {"code": "InvalidAuthenticationToken"}})
            self.requests.append(request)
            found = next((one for one in self.failures if one.concerns(request)), None)
            if found is None:
                return self.api(request)
            self.failures.remove(found)
            if found.after:
                self.api(request)
            return found.reply

    def expire(self) -> None:
        """The access token is good no longer; the next one has another name."""
        with self.lock:
            self.access = f"access-{self.renewals + 1}{self.mark}"

    def _tokens(self, request: Request) -> Reply:
        form = request.body
        self.forms.append(form)
        if request.path[-1] == "revoke":
            self.revoked = self.revoked or form.get("token") == self.refresh
            return Reply(200, {})
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            return Reply(401, {"error": "invalid_client"})
        if form.get("grant_type") == "authorization_code":
            asked = self.codes.pop(form.get("code", ""), None)
            if asked is None or any(form.get(name) != value for name, value in asked.items()):
                return Reply(400, {"error": "invalid_grant"})
        elif self.revoked or form.get("refresh_token") != self.refresh:
            return Reply(400, {"error": "invalid_grant"})
        self.renewals += 1
        self.access = f"access-{self.renewals}{self.mark}"
        tokens = {"access_token": self.access, "expires_in": 3600, "token_type": "Bearer"}
        if self.turns_over or form.get("grant_type") == "authorization_code":
            self.refresh = f"refresh-{self.renewals}{self.mark}"
            tokens["refresh_token"] = self.refresh
        return Reply(200, tokens)


@contextmanager
def serving(double: Double) -> Iterator[None]:
    """The double listens; in the end it has to have seen no rule broken."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            request = _request(self)
            try:
                reply = double.answer(request)
            except Exception as error:
                double.broken.append(f"{request.method} {'/'.join(request.path)}: {error!r}")
                reply = Reply(500, {})
            body = b"" if reply.body is None else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    double.origin = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
    assert not double.broken, double.broken


def _request(handler: BaseHTTPRequestHandler) -> Request:
    content = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    where = urlsplit(handler.path)
    body: Any = None
    if content and "json" in (handler.headers.get("Content-Type") or ""):
        body = json.loads(content)
    elif content:
        body = dict(parse_qsl(content.decode()))
    return Request(
        handler.command,
        tuple(unquote(part) for part in where.path.split("/")[1:]),
        dict(parse_qsl(where.query, keep_blank_values=True)),
        {name.lower(): value for name, value in handler.headers.items()},
        body,
    )
