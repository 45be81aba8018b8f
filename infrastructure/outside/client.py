"""An HTTP client for servers that users name: bounded in bytes and time, and true to one host.

Cookies aren't kept, proxies aren't used, and a redirect is followed within its origin only: the
credentials are for that host.
"""

import asyncio
import base64
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urljoin

import anyio
from anyio.abc import ByteStream
from httptools import HttpParserError

from infrastructure.outside.addresses import LONGEST_URL, Endpoint, NotAllowed
from infrastructure.outside.answer import Answer, NoSense, Received, Silent, receive
from infrastructure.outside.network import NoConnection
from infrastructure.outside.parser import BROKEN
from infrastructure.outside.way_out import WayOut
from infrastructure.outside.wire import Share, TooLong
from infrastructure.tenant_limiter import LimitReached

MOST_BYTES = 20_000_000
"""Bytes of an answer, TLS included."""

MOST_PIECES = 40_000
"""Pieces in which they may come."""

MOST_SENT = 10_000_000
"""Bytes of a request's body."""

CONNECTING = 20.0
"""Seconds for the look-up of the name, the connection and TLS."""

EXCHANGE = 120.0
"""Seconds of a request and its whole answer."""

KEPT = 60.0
"""Seconds for which an idle connection is used again."""

MOST_REDIRECTS = 5

REQUEST_TIMEOUT = 408
REDIRECTS = (301, 302, 307, 308)


class NoAnswer(Exception):
    """The message is a sentence for the user, which names no address inside this network."""


class AnswerTooLong(NoAnswer):
    """A smaller question may have an answer."""


def basic(username: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


class Client:
    """Exchanges with the servers of one account, one after the other, over one connection that is
    kept as long as the server likes. `headers` go with every request; `longest_url` are the
    characters of an address."""

    def __init__(self, way_out: WayOut, headers: Mapping[str, str], longest_url: int = LONGEST_URL):
        self._way_out = way_out
        self._longest_url = longest_url
        self._headers = headers
        self._one = asyncio.Lock()
        self._stream: ByteStream | None = None
        self._share = Share(bytes=MOST_BYTES, pieces=MOST_PIECES)
        self._origin = ""
        self._used = 0.0

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request, and again where it is redirected to. Raises NoAnswer, and NotAllowed for
        an address that isn't public."""
        if len(body) > MOST_SENT:
            raise NoAnswer(f"A request has up to {MOST_SENT // 1_000_000} MB.")
        all_headers = {**self._headers, **(headers or {})}
        async with self._one:
            for _ in range(MOST_REDIRECTS + 1):
                where = self._way_out.endpoint(url, self._longest_url)
                received = await self._sent(method, where, all_headers, body)
                if received.status not in REDIRECTS or "location" not in received.headers:
                    return Answer(url, received.status, received.headers, received.body)
                url = self._redirected(where, received.headers["location"])
            raise NoAnswer("The server redirects again and again.")

    async def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await anyio.aclose_forcefully(stream)

    def _redirected(self, where: Endpoint, location: str) -> str:
        try:
            target = urljoin(where.url, location.partition("#")[0])
            to = self._way_out.endpoint(target, self._longest_url)
        except ValueError:  # NotAllowed among them: the server says more than it should
            raise NoAnswer("The server redirects to an address that isn't allowed.") from None
        if (to.host, to.port, to.secure) == (where.host, where.port, where.secure):
            return target
        raise NoAnswer(f"The server redirects to {to.origin}; if that is yours, connect it.")

    async def _sent(
        self, method: str, where: Endpoint, headers: Mapping[str, str], body: bytes
    ) -> Received:
        message = _message(method, where, headers, body)
        try:
            async with asyncio.timeout(EXCHANGE):
                if await self._keep(where):
                    # The server may have closed the idle connection, and say so or not.
                    with suppress(Silent):
                        received = await self._exchange(message)
                        if received.status != REQUEST_TIMEOUT:
                            return received
                        await self.close()
                await self._open(where)
                return await self._exchange(message)
        except (NotAllowed, NoAnswer):
            raise
        except Exception as error:
            said = _said(error)
            if said is None:
                raise
            raise said from error

    async def _exchange(self, message: bytes) -> Received:
        stream, self._stream = self._stream, None
        assert stream is not None
        received = None
        try:
            self._share.renew()
            # A server that has seen enough may answer and hang up.
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await stream.send(message)
            received = await receive(stream)
        finally:
            if received is not None and received.reusable:
                self._stream, self._used = stream, time.monotonic()
            else:
                await anyio.aclose_forcefully(stream)
        return received

    async def _keep(self, where: Endpoint) -> bool:
        """True if the connection there is can be used again."""
        if self._stream is None:
            return False
        if self._origin == where.origin and time.monotonic() - self._used <= KEPT:
            return True
        await self.close()
        return False

    async def _open(self, where: Endpoint) -> None:
        self._share.renew()
        try:
            async with asyncio.timeout(CONNECTING):
                self._stream = await self._way_out.connect(where, self._share)
        except TimeoutError:
            raise NoAnswer(
                f"The server took no connection within {CONNECTING:g} seconds."
            ) from None
        self._origin = where.origin


def _message(method: str, where: Endpoint, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = {"Host": where.authority, **headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    if any(mark in "".join((*lines, *lines.values())) for mark in "\r\n"):
        raise ValueError("a header of a request has a line's end")
    return f"{method} {where.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def _said(error: Exception) -> NoAnswer | None:
    """The error as a sentence for the user; None for what isn't the server's doing."""
    match error:
        case LimitReached():
            return NoAnswer("Too many names are looked up at the moment; this is tried again.")
        case TooLong():
            return AnswerTooLong(f"The answer is longer than {MOST_BYTES // 1_000_000} MB.")
        case TimeoutError():
            return NoAnswer("The server didn't answer in time.")
        case NoConnection():
            return NoAnswer(_unconnected(error.__cause__))
        case NoSense() | HttpParserError():
            return NoAnswer("The server doesn't answer as HTTP asks.")
    if isinstance(error, (Silent, *BROKEN)):
        return NoAnswer("The connection broke off.")
    return None


WRONG_NAME = 62
EXPIRED = 10
"""OpenSSL's codes of why a certificate isn't believed."""


def _unconnected(cause: BaseException | None) -> str:
    match cause:
        case None:
            return "The host isn't known."
        case ssl.SSLCertVerificationError(verify_code=code) if code == WRONG_NAME:
            return "The server's certificate is for another name."
        case ssl.SSLCertVerificationError(verify_code=code) if code == EXPIRED:
            return "The server's certificate has expired."
        case ssl.SSLCertVerificationError():
            return "The server's certificate comes from an authority that isn't known."
        case ssl.SSLError() | anyio.BrokenResourceError() | anyio.EndOfStream():
            return "The server and kith found no TLS in common."
    return "The server takes no connections at this address."
