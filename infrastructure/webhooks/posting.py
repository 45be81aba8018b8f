"""An attempt to deliver: a POST and its result.

Only the status of a response counts. A little of its body is read and nothing is stored, so that a
webhook can't be used to read resources that only kith can reach.
"""

import asyncio
import ssl
import time
from contextlib import suppress
from typing import NamedTuple

from anyio import BrokenResourceError, ClosedResourceError

from infrastructure.outside.addresses import Endpoint, NotAllowed, endpoint
from infrastructure.outside.names import Names, Resolve, resolver
from infrastructure.outside.network import CheckedNetwork, NoConnection, trusting
from infrastructure.outside.parser import BROKEN
from infrastructure.outside.retry_after import retry_after as seconds_of
from infrastructure.outside.wire import Share, TooLong
from infrastructure.webhooks.response import Head, read

SECONDS = 10.0
"""From the resolution of the name to the end of the response. The wait for a slot to resolve it
comes before: that is no fault of the endpoint."""

MOST_BYTES = 65_536
"""Bytes that an endpoint may send in one attempt, TLS included."""

MOST_PIECES = 100
"""Pieces in which they may come."""

GONE = 410
MAY_SAY_WHEN = (429, 503)
"""Statuses whose Retry-After counts."""


class PostResult(NamedTuple):
    """`status` is None if there was no response. `error` is None for a delivery that was accepted.
    `retry_after` is the endpoint's Retry-After in seconds."""

    milliseconds: int
    status: int | None = None
    error: str | None = None
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        return self.error is None


class Poster:
    """Sends no cookies, follows no redirects and uses no proxies. Each attempt opens a connection
    of its own, so that the address is checked each time."""

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Resolve | None = None,
        seconds: float = SECONDS,
        tls: ssl.SSLContext | None = None,
    ):
        self._allow_private = allow_private
        self._seconds = seconds
        self._names = Names(resolve or resolver())
        self._tls = tls or trusting()

    async def post(self, tenant: str, url: str, headers: dict[str, str], body: bytes) -> PostResult:
        """Raises LimitReached."""
        try:
            where = endpoint(url, allow_private=self._allow_private)
        except NotAllowed as refusal:
            return PostResult(0, error=str(refusal))
        resolve = await self._names.look_up(tenant, where.host, where.port)
        network = CheckedNetwork(resolve, allow_private=self._allow_private, tls=self._tls)
        began = time.monotonic()
        status, retry_after = None, None
        try:
            async with asyncio.timeout(self._seconds):
                status, given = await _exchange(network, where, headers, body)
            error = _error(status)
            retry_after = seconds_of(given) if status in MAY_SAY_WHEN else None
        except NotAllowed as refusal:
            # How long the look-up took would tell what the refusal doesn't.
            return PostResult(0, error=str(refusal))
        except TimeoutError:
            error = f"There was no answer within {self._seconds:g} seconds."
        except NoConnection as failure:
            error = f"There was no connection: {failure}"
        except TooLong:
            error = "The answer was too long."
        except BROKEN:
            error = "The connection broke off."
        return PostResult(round((time.monotonic() - began) * 1000), status, error, retry_after)


async def _exchange(
    network: CheckedNetwork, where: Endpoint, headers: dict[str, str], body: bytes
) -> Head:
    share = Share(bytes=MOST_BYTES, pieces=MOST_PIECES)
    async with await network.connect(where, share) as stream:
        # An endpoint that has seen enough may answer and hang up.
        with suppress(BrokenResourceError, ClosedResourceError):
            await stream.send(_request(where, headers, body))
        return await read(stream)


def _request(where: Endpoint, headers: dict[str, str], body: bytes) -> bytes:
    lines = {
        "Host": where.authority,
        **headers,
        "Connection": "close",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {where.target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _error(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"It answered {status}: redirects are not followed."
    return f"It answered {status}."
