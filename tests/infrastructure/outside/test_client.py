"""Exchanges with servers that users name: bounded, true to one host, told in sentences."""

import gzip
import socket
import ssl
from collections.abc import Callable

import pytest

from infrastructure.outside import answer, client, parser
from infrastructure.outside.addresses import NotAllowed
from infrastructure.outside.answer import Answer
from infrastructure.outside.client import AnswerTooLong, Client, NoAnswer, basic
from infrastructure.outside.network import trusting
from infrastructure.outside.way_out import WayOut
from tests.certificates import certificate
from tests.infrastructure.outside.raw import Script, for_ever, once, sending
from tests.infrastructure.outside.raw import tls as serving

pytestmark = pytest.mark.anyio

TLS = trusting()
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
EMPTY = OK + b"Content-Length: 0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BROKE_OFF = "The connection broke off."
NO_HTTP = "The server doesn't answer as HTTP asks."
TOO_LONG = "The answer is longer than 20 MB."
LATE = "The server didn't answer in time."


def sized(body: bytes, *headers: bytes) -> bytes:
    head = b"".join(header + b"\r\n" for header in headers)
    return OK + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def ask(sends: Script, path: str = "/dav/") -> Answer:
    with sending(sends) as server:
        one = Client(WayOut(allow_private=True, tls=TLS), {"Authorization": basic("ada", "secret")})
        try:
            return await one.request("GET", f"http://127.0.0.1:{server.port}{path}")
        finally:
            await one.close()


async def refusal(sends: Script) -> str:
    with pytest.raises(NoAnswer) as caught:
        await ask(sends)
    return str(caught.value)


class TestAnswers:
    @pytest.mark.parametrize(
        ("sent", "body"),
        [
            (EMPTY, b""),
            (sized(b"body"), b"body"),
            (CHUNKED + b"2\r\nbo\r\n2;ext\r\ndy\r\n0\r\nTrailer: x\r\n\r\n", b"body"),
            (CONTINUE * 3 + sized(b"body"), b"body"),
            (sized(gzip.compress(b"body" * 99, mtime=0), b"Content-Encoding: gzip"), b"body" * 99),
            (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        ],
    )
    async def test_an_answer_comes_with_its_whole_body(self, sent: bytes, body: bytes):
        assert (await ask(once(sent))).body == body

    async def test_a_body_may_end_with_the_connection(self):
        def send(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.0 200 OK\r\nEtag: a\r\n\r\nbody")

        found = await ask(send)
        assert (found.body, found.headers) == (b"body", {"etag": "a"})

    async def test_a_retry_after_is_told_in_seconds(self):
        found = await ask(once(b"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"))
        assert (found.status, found.retry_after) == (503, 7.0)

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            (b"SSH-2.0-OpenSSH_9.2\r\n", NO_HTTP),
            (OK + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NO_HTTP),
            (sized(b"no", b"Content-Encoding: br"), NO_HTTP),
            (sized(b"no", b"Content-Encoding: gzip"), NO_HTTP),
            (sized(gzip.compress(b"body" * 99, mtime=0)[:-9], b"Content-Encoding: gzip"), NO_HTTP),
        ],
    )
    async def test_nonsense_is_told_so(self, sent: bytes, sentence: str):
        assert await refusal(once(sent)) == sentence

    @pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 2", OK + b"Content-Length: 9\r\n\r\nbo"])
    async def test_an_answer_that_breaks_off_is_none(self, sent: bytes):
        assert await refusal(lambda connection: connection.sendall(sent)) == BROKE_OFF


ENDLESS = {
    "informational answers": for_ever(b"", CONTINUE),
    "headers": for_ever(OK, b"a:\r\n"),
    "one header": for_ever(OK + b"a: ", b"x"),
    "a header of spaces": for_ever(OK + b"a:", b" "),
    "a body": for_ever(OK + b"Content-Length: 1000000000\r\n\r\n", b"x"),
    "a body up to the end": for_ever(OK + b"\r\n", b"x"),
    "chunks": for_ever(CHUNKED, b"1\r\nx\r\n"),
    "one chunk's extension": for_ever(CHUNKED + b"1;", b"x"),
    "trailers": for_ever(CHUNKED + b"0\r\n", b"a: b\r\n"),
    "one trailer": for_ever(CHUNKED + b"0\r\na: ", b"x"),
}
BOMB = gzip.compress(bytes(answer.MOST_BODY + 1))


class TestBounds:
    @pytest.mark.parametrize("what", ENDLESS)
    async def test_an_answer_without_end_is_given_up(self, what: str):
        assert await refusal(ENDLESS[what]) == TOO_LONG

    async def test_a_body_that_inflates_beyond_the_bound_is_given_up(self):
        with pytest.raises(AnswerTooLong):
            await ask(once(sized(BOMB, b"Content-Encoding: gzip")))

    @pytest.mark.parametrize(
        ("module", "bound", "what"),
        [
            (parser, "MOST_BESIDE", "one header"),
            (parser, "MOST_BESIDE", "one trailer"),
            (client, "MOST_BYTES", "a body"),
        ],
    )
    async def test_an_answer_without_a_bound_is_detected(self, monkeypatch, module, bound, what):
        """The mutants: a bound that nothing reaches. Only the time ends the exchange."""
        monkeypatch.setattr(module, bound, 10**12)
        monkeypatch.setattr(client, "MOST_BYTES", 10**12)
        monkeypatch.setattr(client, "MOST_PIECES", 10**12)
        monkeypatch.setattr(answer, "MOST_BODY", 10**12)
        monkeypatch.setattr(client, "EXCHANGE", 0.5)
        assert await refusal(ENDLESS[what]) == LATE

    @pytest.mark.parametrize(("module", "bound"), [(answer, "PATIENCE"), (client, "EXCHANGE")])
    async def test_a_server_that_says_nothing_is_given_up(self, monkeypatch, module, bound):
        monkeypatch.setattr(module, bound, 0.2)
        assert await refusal(once()) == LATE

    async def test_a_byte_now_and_then_ends_with_the_exchange(self, monkeypatch):
        monkeypatch.setattr(client, "EXCHANGE", 0.5)
        assert await refusal(for_ever(OK + b"\r\n", b"x", pause=0.05)) == LATE

    async def test_a_request_that_is_too_long_is_not_sent(self):
        one = Client(WayOut(allow_private=True, tls=TLS), {})
        with pytest.raises(NoAnswer, match="up to 10 MB"):
            await one.request("PUT", "http://127.0.0.1:9/", body=bytes(client.MOST_SENT + 1))


def moved(location: str) -> bytes:
    return b"HTTP/1.1 301 No\r\nContent-Length: 0\r\nLocation: " + location.encode() + b"\r\n\r\n"


def in_turn(*answers: bytes | None) -> tuple[Script, list[bytes]]:
    """Answers the requests of a connection one by one, and hangs up instead of None; the heads of
    the requests, the first of which was read before, are noted."""
    left, heads = list(answers), []

    def send(connection: socket.socket) -> None:
        while left and (one := left.pop(0)) is not None:
            connection.sendall(one)
            if not (head := connection.recv(65536)):
                return
            heads.append(head)

    return send, heads


class TestRedirects:
    async def test_a_redirect_within_the_host_is_followed(self):
        sends, heads = in_turn(moved("/elsewhere?a=b#c"), sized(b"there"))
        found = await ask(sends)
        assert (found.body, found.url.partition("/e")[2]) == (b"there", "lsewhere?a=b")
        assert heads[0].startswith(b"GET /elsewhere?a=b HTTP/1.1\r\n")
        assert b"Authorization: Basic YWRhOnNlY3JldA==\r\n" in heads[0]

    @pytest.mark.parametrize(
        "location",
        [
            "http://example.com/",
            "https://127.0.0.1/dav/",
            "//example.com/",
            "http://localhost:1/",
            "http://127.0.0.1:1/",
        ],
    )
    async def test_a_redirect_to_another_host_or_scheme_is_not_followed(self, location: str):
        said = await refusal(in_turn(moved(location), EMPTY)[0])
        assert said.startswith("The server redirects to http")

    @pytest.mark.parametrize("location", ["http://[::1", "file:///etc/passwd", "http://a b/", "\t"])
    async def test_a_redirect_to_no_address_is_told_so(self, location: str):
        said = await refusal(in_turn(moved(location), *[moved(location)] * 9)[0])
        assert said.startswith("The server redirects")

    async def test_redirects_end(self):
        said = await refusal(in_turn(*[moved("/dav/")] * 99)[0])
        assert said == "The server redirects again and again."

    async def test_redirects_without_an_origin_are_detected(self, monkeypatch):
        """The mutant: whatever the server says is followed, with the credentials."""
        monkeypatch.setattr(Client, "_redirected", lambda _, __, location: location)
        with sending(once(sized(b"stolen"))) as other:
            found = await ask(in_turn(moved(other.url), EMPTY)[0])
        assert found.body == b"stolen"


class TestConnections:
    async def test_a_connection_is_used_again(self):
        sends, heads = in_turn(sized(b"1"), sized(b"2"), sized(b"3"))
        with sending(sends) as server:
            one = Client(WayOut(allow_private=True, tls=TLS), {})
            bodies = [(await one.request("GET", server.url)).body for _ in range(3)]
            assert len(heads) == 2
            await one.close()
        assert bodies == [b"1", b"2", b"3"]
        assert server.accepted == 1

    @pytest.mark.parametrize("last", [None, b"HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"])
    async def test_an_idle_connection_that_was_closed_is_opened_again(self, last):
        sends, _ = in_turn(sized(b"1"), last, sized(b"2"))
        with sending(sends) as server:
            one = Client(WayOut(allow_private=True, tls=TLS), {})
            bodies = [(await one.request("GET", server.url)).body for _ in range(2)]
            await one.close()
        assert bodies == [b"1", b"2"]
        assert server.accepted == 2

    async def test_a_second_answer_that_nobody_asked_for_is_not_taken_for_the_next(self):
        sends, _ = in_turn(sized(b"1") + sized(b"forged"), sized(b"2"))
        with sending(sends) as server:
            one = Client(WayOut(allow_private=True, tls=TLS), {})
            assert (await one.request("GET", server.url)).body == b"1"
            assert (await one.request("GET", server.url)).body == b"2"
            await one.close()
        assert server.accepted == 2

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:8080/", "https://127.0.0.1/", "https://localhost/"]
    )
    async def test_a_private_address_is_not_connected_to(self, url: str):
        with pytest.raises(NotAllowed):
            await Client(WayOut(tls=TLS, allow_private=False), {}).request("GET", url)

    async def test_a_name_that_leads_to_this_machine_is_not_connected_to(self):
        one = Client(WayOut(tls=TLS, allow_private=False, resolve=here), {})
        with pytest.raises(NotAllowed, match="isn't known as a public one"):
            await one.request("GET", "https://dav.example.com/")

    async def test_a_port_that_nobody_listens_at_is_told_without_its_address(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        one = Client(WayOut(allow_private=True, resolve=here, tls=TLS), {})
        with pytest.raises(NoAnswer) as caught:
            await one.request("GET", f"http://dav.example.com:{port}/")
        assert str(caught.value) == "The server takes no connections at this address."

    async def test_a_header_with_the_end_of_a_line_is_not_sent(self):
        one = Client(WayOut(allow_private=True, tls=TLS), {})
        with pytest.raises(ValueError, match="line's end"):
            await one.request("GET", "http://127.0.0.1:9/", {"a": "b\r\nc"})


async def here(*_: object) -> list[str]:
    return ["127.0.0.1"]


NAME = "dav.example.com"
Trust = Callable[[bytes], ssl.SSLContext]


def known(pem: bytes) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=pem.decode())


def unknown(_: bytes) -> ssl.SSLContext:
    return ssl.create_default_context()


async def greeted(name: str, trust: Trust) -> int:
    """The status that a server with a certificate for NAME answers under this name."""
    pem, key = certificate(NAME)
    with sending(once(EMPTY), serving(pem, key)) as server:
        one = Client(WayOut(allow_private=True, resolve=here, tls=trust(pem)), {})
        try:
            return (await one.request("GET", f"https://{name}:{server.port}/")).status
        finally:
            await one.close()


async def test_a_certificate_for_the_name_is_believed():
    assert await greeted(NAME, known) == 200


@pytest.mark.parametrize(
    ("name", "trust", "said"),
    [
        (NAME, unknown, "comes from an authority that isn't known"),
        ("other.example.com", known, "is for another name"),
    ],
)
async def test_a_certificate_that_isnt_believed_is_told_so(name: str, trust: Trust, said: str):
    with pytest.raises(NoAnswer, match=f"The server's certificate {said}."):
        await greeted(name, trust)


async def test_a_server_without_tls_is_told_so():
    with sending(once(EMPTY)) as server:
        one = Client(WayOut(allow_private=True, tls=TLS), {})
        with pytest.raises(NoAnswer, match="no TLS in common"):
            await one.request("GET", f"https://127.0.0.1:{server.port}/")
