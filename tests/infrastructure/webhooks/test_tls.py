"""Webhooks go by https to who has a certificate for the name, wherever the name leads."""

import os
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from infrastructure.webhooks import posting
from infrastructure.webhooks.posting import Poster, PostResult
from tests.certificates import certificate
from tests.infrastructure.outside.raw import once, sending
from tests.infrastructure.outside.raw import tls as serving
from tests.infrastructure.projecting.support import eventually
from tests.infrastructure.webhooks.support import SOON, dispatching, ended, outcomes, subscribe

pytestmark = pytest.mark.anyio

NAME = "hooks.example.com"
GARBAGE = b"\x17\x03\x03\x00\x20" + b"\xff" * 32
"""Bytes in the form of a TLS record that were never encrypted."""

BROKE_OFF = "The connection broke off."
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


class Server:
    """`broken` are the requests to come that get garbage once the handshake is over, behind what
    `before` says of an answer."""

    def __init__(self) -> None:
        self.certificate, self.key = certificate(NAME)
        self.broken = 0
        self.before = b""
        self.named: list[str | None] = []
        self.hosts: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.hosts.append(self.headers["Host"])
                self.rfile.read(int(self.headers["Content-Length"]))
                if server.broken:
                    server.broken -= 1
                    self.wfile.write(server.before)
                    os.write(self.connection.fileno(), GARBAGE)
                    return
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Http(HTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that refuses the certificate hangs up, which is no error here."""

        context = serving(self.certificate, self.key)
        context.sni_callback = lambda _, name, __: self.named.append(name)
        self.http = Http(("127.0.0.1", 0), Handler)
        self.http.socket = context.wrap_socket(
            self.http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.thread = threading.Thread(
            target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(60)


@pytest.fixture(scope="module")
def only_server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


@pytest.fixture
def server(only_server: Server) -> Server:
    only_server.named.clear()
    only_server.hosts.clear()
    only_server.broken, only_server.before = 0, b""
    return only_server


async def here(*_: object) -> list[str]:
    return ["127.0.0.1"]


async def post(
    server: Server,
    name: str,
    tls: ssl.SSLContext | None = None,
    *,
    port: int | None = None,
    seconds: float = 30,
) -> PostResult:
    poster = Poster(allow_private=True, resolve=here, seconds=seconds, tls=tls)
    return await poster.post("1", url(server, name, port), {}, b"{}")


def url(server: Server, name: str = NAME, port: int | None = None) -> str:
    return f"https://{name}:{port or server.http.server_port}/"


def trusting(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=server.certificate.decode())


async def test_the_name_goes_with_the_connection_though_the_address_was_looked_up_before(server):
    attempt = await post(server, NAME, trusting(server))
    assert (attempt.status, attempt.error) == (204, None)
    assert server.named == [NAME]
    assert server.hosts == [f"{NAME}:{server.http.server_port}"]


async def test_a_certificate_of_an_authority_nobody_knows_is_not_believed(server):
    attempt = await post(server, NAME)
    assert attempt.error is not None
    assert "CERTIFICATE_VERIFY_FAILED" in attempt.error
    assert server.hosts == []


async def test_a_certificate_for_another_name_is_not_believed(server):
    attempt = await post(server, "other.example.com", trusting(server))
    assert attempt.error is not None
    assert "CERTIFICATE_VERIFY_FAILED" in attempt.error
    assert server.hosts == []


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nContent-Le"])
async def test_tls_that_breaks_after_the_handshake_is_a_failed_attempt(server, before):
    server.broken, server.before = 1, before
    attempt = await post(server, NAME, trusting(server))
    assert (attempt.status, attempt.error, attempt.retry_after) == (None, BROKE_OFF, None)
    assert len(server.hosts) == 1
    assert (await post(server, NAME, trusting(server))).delivered


async def test_tls_that_breaks_in_the_body_leaves_the_status_as_it_was_given(server):
    server.broken, server.before = 1, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"
    attempt = await post(server, NAME, trusting(server))
    assert (attempt.status, attempt.error) == (200, None)


TICKETS = 2000
"""Session tickets, some 250 bytes each."""


def ticketing(server: Server) -> ssl.SSLContext:
    """TLS of an endpoint that sends many session tickets before anything of an answer."""
    context = serving(server.certificate, server.key)
    context.num_tickets = TICKETS
    return context


async def test_bytes_that_tls_sends_beside_the_answer_are_bounded_too(server):
    with sending(once(NO_CONTENT), ticketing(server)) as endpoint:
        attempt = await post(server, NAME, trusting(server), port=endpoint.port)
    assert (attempt.status, attempt.error) == (None, "The answer was too long.")


async def test_bytes_counted_above_tls_alone_are_detected(server, monkeypatch):
    """The mutant."""
    monkeypatch.setattr(posting, "MOST_BYTES", 10**9)
    monkeypatch.setattr(posting, "MOST_PIECES", 10**9)
    with sending(once(NO_CONTENT), ticketing(server)) as endpoint:
        attempt = await post(server, NAME, trusting(server), port=endpoint.port)
    assert (attempt.status, attempt.error) == (204, None)


async def test_a_handshake_that_never_ends_is_given_up_with_its_connection(server):
    with sending(once()) as endpoint:
        attempt = await post(server, NAME, trusting(server), port=endpoint.port, seconds=0.2)

        async def closed() -> bool:
            return endpoint.ended == 1

        await eventually(closed)
    assert attempt.error == "There was no answer within 0.2 seconds."


@pytest.mark.parametrize(
    ("broken", "ending"),
    [
        (2, ("delivered", 3, 204, None)),
        (99, ("failed", len(SOON) + 1, None, BROKE_OFF)),
    ],
)
async def test_a_failed_handshake_is_retried_and_counts_as_a_failure(
    opened, server, broken, ending
):
    webhook = await subscribe(opened, url(server), "kith.interaction.logged.v1")
    server.broken = broken

    def trustful(**options):
        return Poster(**options, resolve=here, tls=trusting(server))

    async with dispatching(opened, make_poster=trustful):
        await opened.log()
        await ended(opened, webhook.id)
    assert await outcomes(opened, webhook.id) == [ending]
    assert len(server.hosts) == ending[1]
    failing = await opened.rows(
        "SELECT failing_since IS NOT NULL, failures FROM webhook_endpoints WHERE webhook = %s",
        webhook.id,
    )
    assert failing == [(False, 0) if ending[0] == "delivered" else (True, ending[1])]
