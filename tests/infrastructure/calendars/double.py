"""A CalDAV server of ours that misbehaves as it is told to."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote
from xml.sax.saxutils import escape

HOME, CALENDAR = "/dav/ada/", "/dav/ada/office/"
HREF = re.compile(r"<D:href>([^<]*)</D:href>")
TOKEN = re.compile(r"<D:sync-token>([^<]*)</D:sync-token>")
PRIVILEGES = (
    "<D:current-user-privilege-set><D:privilege><D:%s/></D:privilege>"
    "</D:current-user-privilege-set>"
)
REPORTS = (
    "<D:supported-report-set><D:supported-report><D:report><D:sync-collection/></D:report>"
    "</D:supported-report></D:supported-report-set>"
)


class Asked(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: str


class Said(NamedTuple):
    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class Double:
    """`objects` are texts by path. Each change has a number, which a sync-token names.

    `syncs`, `ctags`, `multigets` and `etags` say what it knows; `page` is the most that one
    sync-collection lists; `privilege` is the user's; `instead` may answer in its place.
    """

    def __init__(self) -> None:
        self.objects: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.syncs = self.ctags = self.multigets = self.etags = True
        self.page = 1000
        self.privilege = "all"
        self.instead: Callable[[Asked], Said | None] = lambda _: None
        self._changed: dict[str, int] = {}
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                asked = Asked(
                    self.command,
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length).decode(),
                )
                double.asked.append(asked)
                said = double.instead(asked) or double.said(asked)
                self.send_response(said.status)
                for name, value in said.headers:
                    self.send_header(name, value)
                body = said.body.encode()
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        for method in ("PROPFIND", "REPORT", "GET", "PUT", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.answer)

        class Http(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that has had enough hangs up."""

        self.http = Http(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def store(self, path: str, text: str) -> None:
        self.objects[path] = text
        self._changed[path] = self.last + 1

    def delete(self, path: str) -> None:
        del self.objects[path]
        self._changed[path] = self.last + 1

    @property
    def last(self) -> int:
        return max(self._changed.values(), default=0)

    def etag(self, path: str) -> str:
        return f'"{self._changed[path]}"'

    def said(self, asked: Asked) -> Said:
        if asked.method == "PROPFIND":
            return self._properties(asked)
        if asked.method == "REPORT":
            if "sync-collection" in asked.body:
                return self._synced(asked) if self.syncs else Said(403)
            return self._multiget(asked) if self.multigets else Said(501)
        path = unquote(asked.path)
        there = path in self.objects
        if asked.method == "GET":
            if not there:
                return Said(404)
            return Said(200, self.objects[path], (("ETag", self.etag(path)),) * self.etags)
        match = asked.headers.get("if-match")
        if (match and not (there and match == self.etag(path))) or (
            asked.headers.get("if-none-match") and there
        ):
            return Said(412)
        if asked.method == "PUT":
            self.store(path, asked.body)
            return Said(204, "", (("ETag", self.etag(path)),) * self.etags)
        if there:
            self.delete(path)
        return Said(204 if there else 404)

    def _properties(self, asked: Asked) -> Said:
        if asked.path in ("/", "/.well-known/caldav"):
            principal = f"<D:current-user-principal>{href('/dav/')}</D:current-user-principal>"
            return multistatus(properties(asked.path, principal))
        if asked.path == "/dav/":
            home = f"<C:calendar-home-set>{href(HOME)}</C:calendar-home-set>"
            return multistatus(properties("/dav/", home))
        if asked.path == HOME:
            return multistatus(self._calendar())
        if asked.path != CALENDAR:
            return Said(404)
        if asked.headers["depth"] == "0":
            return multistatus(self._calendar())
        etags = {path: f"<D:getetag>{self.etag(path)}</D:getetag>" for path in self.objects}
        found = (properties(path, etag) for path, etag in etags.items())
        return multistatus(self._calendar(), *found)

    def _calendar(self) -> str:
        kinds = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        ctag = f"<CS:getctag>{self.last}</CS:getctag>"
        name = "<D:displayname>Work</D:displayname>" + PRIVILEGES % self.privilege
        return properties(CALENDAR, kinds, REPORTS * self.syncs, ctag * self.ctags, name)

    def _synced(self, asked: Asked) -> Said:
        (token,) = TOKEN.findall(asked.body)
        since = int(token or 0)
        changes = sorted((number, path) for path, number in self._changed.items() if number > since)
        if not token:
            changes = [(number, path) for number, path in changes if path in self.objects]
        page = changes[: self.page]
        until = page[-1][0] if page else self.last
        found = [
            properties(path, f"<D:getetag>{self.etag(path)}</D:getetag>")
            if path in self.objects
            else status(path, 404)
            for _, path in page
        ]
        if len(page) < len(changes):
            found.append(status(CALENDAR, 507))
        return multistatus(*found, f"<D:sync-token>{until}</D:sync-token>")

    def _multiget(self, asked: Asked) -> Said:
        paths = (unquote(path) for path in HREF.findall(asked.body))
        return multistatus(
            *(
                properties(
                    path,
                    f"<D:getetag>{self.etag(path)}</D:getetag>",
                    f"<C:calendar-data>{escape(self.objects[path])}</C:calendar-data>",
                )
                if path in self.objects
                else status(path, 404)
                for path in paths
            )
        )


def href(path: str) -> str:
    return f"<D:href>{escape(path)}</D:href>"


def properties(path: str, *given: str) -> str:
    prop = f"<D:prop>{''.join(given)}</D:prop><D:status>HTTP/1.1 200 OK</D:status>"
    return f"<D:response>{href(path)}<D:propstat>{prop}</D:propstat></D:response>"


def status(path: str, number: int) -> str:
    return f"<D:response>{href(path)}<D:status>HTTP/1.1 {number} So</D:status></D:response>"


def multistatus(*parts: str) -> Said:
    names = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    names += ' xmlns:CS="http://calendarserver.org/ns/"'
    return Said(207, f"<D:multistatus {names}>{''.join(parts)}</D:multistatus>")


@contextmanager
def misbehaving() -> Iterator[Double]:
    one = Double()
    thread = threading.Thread(
        target=one.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield one
    finally:
        one.http.shutdown()
        one.http.server_close()
        thread.join(60)
