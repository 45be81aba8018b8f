"""Connections to addresses that are checked at the moment of connecting.

A name is resolved once, each of its addresses is checked, and the connection is opened to one of
these very addresses, so that DNS rebinding gains nothing. TLS and the Host header use the name.
"""

import ssl
from collections.abc import Sequence

import anyio
import certifi
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream

from infrastructure.outside.addresses import Endpoint, NotAllowed, is_public
from infrastructure.outside.names import Resolve
from infrastructure.outside.wire import Share, Wire

MOST_TRIED = 3
"""Addresses of one name."""

NOT_PUBLIC = "The host isn't known as a public one."
"""A name that isn't known and one of this network are refused alike: which names there are is
nobody's to find out."""


class NoConnection(Exception):
    """The message gives the reason, which may name an address; the cause is the system's error, or
    None for a host that isn't known."""


class CheckedNetwork:
    def __init__(self, resolve: Resolve, *, allow_private: bool, tls: ssl.SSLContext):
        self._resolve = resolve
        self._allow_private = allow_private
        self._tls = tls

    async def connect(self, where: Endpoint, share: Share) -> ByteStream:
        """Raises NotAllowed, NoConnection, TooLong."""
        failure: Exception = NoConnection("The host isn't known.")
        for address in (await self._addresses(where))[:MOST_TRIED]:
            try:
                wire = Wire(await anyio.connect_tcp(address, where.port), share)
            except OSError as error:
                failure = NoConnection(str(error))
                failure.__cause__ = error
            else:
                return await self._secured(wire, where.host) if where.secure else wire
        raise failure

    async def _addresses(self, where: Endpoint) -> Sequence[str]:
        """All have to be public, because any of them may be the one that is used."""
        try:
            found = await self._resolve(where.host, where.port)
        except (OSError, UnicodeError):
            found = ()
        if not self._allow_private and not (found and all(map(is_public, found))):
            raise NotAllowed(NOT_PUBLIC)
        return found

    async def _secured(self, wire: Wire, host: str) -> ByteStream:
        try:
            return await TLSStream.wrap(
                wire, ssl_context=self._tls, hostname=host, standard_compatible=False
            )
        except (anyio.BrokenResourceError, anyio.EndOfStream, ssl.SSLError) as error:
            await wire.aclose()
            raise NoConnection(str(error) or "The TLS handshake broke off.") from error
        except BaseException:
            await wire.aclose()
            raise


def trusting() -> ssl.SSLContext:
    """Trusts the system's authorities and those of certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
