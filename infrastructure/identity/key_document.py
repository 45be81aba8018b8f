"""The document at an issuer's address, within bounds of size that no server can exceed.

It is asked by the proxy that the environment names. Redirects aren't followed: the settings alone
name the address.
"""

import ssl
from urllib.parse import SplitResult, quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream

from infrastructure.outside.answer import receive
from infrastructure.outside.client import basic
from infrastructure.outside.parser import ResponseParser
from infrastructure.outside.wire import PIECE, Share, Wire

LARGEST_DOCUMENT = 1_000_000
"""Bytes of a key set; issuers publish a few thousand."""

MOST_BYTES = 2 * LARGEST_DOCUMENT
"""Bytes of an answer, its head and TLS included."""

MOST_PIECES = 10_000
"""Pieces in which they may come."""

HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "kith",
}

PORTS = {"http": 80, "https": 443}
PLAIN = "!$&'()*+,-./:;=@_~%"
"""The characters that need no escape in a path, and the sign of what is escaped."""


async def fetch(url: str, tls: ssl.SSLContext) -> bytes:
    """Raises OSError, ValueError, TooLong, and errors of the connection."""
    parts, share = urlsplit(url), Share(bytes=MOST_BYTES, pieces=MOST_PIECES)
    proxy = _proxy(parts)
    target = quote(parts.path or "/", PLAIN) + (f"?{quote(parts.query, PLAIN)}" * bool(parts.query))
    headers = {"Host": _authority(parts), **HEADERS, **_credentials(parts, "Authorization")}
    if proxy is not None and parts.scheme == "http":
        target = f"http://{_authority(parts)}{target}"
        headers |= _credentials(proxy, "Proxy-Authorization")
    stream = await _connected(parts, proxy, tls, share)
    try:
        await stream.send(_head(f"GET {target}", headers))
        answer = await receive(stream)
    finally:
        await anyio.aclose_forcefully(stream)
    if not 200 <= answer.status < 300:
        raise OSError(f"the answer has status {answer.status}")
    if len(answer.body) > LARGEST_DOCUMENT:
        raise ValueError(f"the document has more than {LARGEST_DOCUMENT} bytes")
    return answer.body


async def _connected(
    parts: SplitResult, proxy: SplitResult | None, tls: ssl.SSLContext, share: Share
) -> ByteStream:
    nearest = proxy or parts
    stream: ByteStream = Wire(await anyio.connect_tcp(_host(nearest), _port(nearest)), share)
    try:
        if proxy is not None and proxy.scheme == "https":
            stream = await _secured(stream, proxy, tls)
        if parts.scheme == "https":
            if proxy is not None:
                await _pass_through(stream, parts, proxy)
            stream = await _secured(stream, parts, tls)
    except BaseException:
        await anyio.aclose_forcefully(stream)
        raise
    return stream


async def _secured(stream: ByteStream, parts: SplitResult, tls: ssl.SSLContext) -> ByteStream:
    return await TLSStream.wrap(
        stream, ssl_context=tls, hostname=_host(parts), standard_compatible=False
    )


async def _pass_through(stream: ByteStream, parts: SplitResult, proxy: SplitResult) -> None:
    """Have a proxy connect on (RFC 9110, section 9.3.6)."""
    where = f"{_bracketed(_host(parts))}:{_port(parts)}"
    headers = {"Host": where} | _credentials(proxy, "Proxy-Authorization")
    await stream.send(_head(f"CONNECT {where}", headers))
    parser = ResponseParser()
    while parser.status is None and not parser.ended:
        parser.feed(await stream.receive(PIECE))
    if parser.status is None or not 200 <= parser.status < 300:
        raise OSError(f"the proxy answers with status {parser.status}")


def _proxy(parts: SplitResult) -> SplitResult | None:
    """The proxy that the environment names for an address."""
    named = getproxies()
    found = named.get(parts.scheme) or named.get("all")
    if not found or proxy_bypass(_host(parts), named):
        return None
    return urlsplit(found if "://" in found else f"http://{found}")


def _head(first: str, headers: dict[str, str]) -> bytes:
    lines = (f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{first} HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1")


def _credentials(parts: SplitResult, header: str) -> dict[str, str]:
    if parts.username is None:
        return {}
    return {header: basic(unquote(parts.username), unquote(parts.password or ""))}


def _host(parts: SplitResult) -> str:
    """Raises ValueError for none."""
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode()


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS.get(parts.scheme, 80)


def _authority(parts: SplitResult) -> str:
    host = _bracketed(_host(parts))
    return host if parts.port is None else f"{host}:{parts.port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
