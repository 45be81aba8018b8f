"""A document over HTTP, within bounds of time and size that no server can exceed.

In the event loop and not in a thread, as PyJWT's own client would: a thread can't be cancelled, and
one that waits for headers that never end would stay, with its socket, until the process is killed.
"""

import asyncio
import ssl
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

LARGEST_DOCUMENT = 1_000_000
"""Bytes of a key set; issuers publish a few thousand."""

HEADERS: list[tuple[str | bytes, str | bytes]] = [
    ("Accept", "application/json"),
    ("User-Agent", "kith"),
    ("Connection", "close"),
]


async def fetch(url: str, seconds: float, tls: ssl.SSLContext | None) -> bytes:
    """The document. Redirects aren't followed: the settings alone name the address of the keys.
    Raises httpcore's errors, OSError, TimeoutError and ValueError."""
    pool = httpcore.AsyncConnectionPool(tls, proxy=_proxy(url))
    async with (
        asyncio.timeout(seconds),
        pool,
        pool.stream("GET", url, headers=HEADERS) as answer,
    ):
        if not 200 <= answer.status < 300:
            raise OSError(f"the answer has status {answer.status}")
        document = bytearray()
        async for chunk in answer.aiter_stream():
            document += chunk
            if len(document) > LARGEST_DOCUMENT:
                raise ValueError(f"the document has more than {LARGEST_DOCUMENT} bytes")
        return bytes(document)


def _proxy(url: str) -> httpcore.Proxy | None:
    """The proxy for this address by http_proxy, https_proxy and no_proxy."""
    address = urlsplit(url)
    proxy = getproxies().get(address.scheme)
    if not proxy or proxy_bypass(address.netloc):
        return None
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return httpcore.Proxy(where, auth=auth)
