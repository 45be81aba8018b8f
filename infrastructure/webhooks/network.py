"""Connections to addresses that are checked at the moment of connecting.

A name is resolved once, each of its addresses is checked, and the connection is opened to one of
these very addresses, so that DNS rebinding gains nothing. TLS and the Host header use the name.
"""

from collections.abc import Iterable, Sequence

import httpcore

from infrastructure.webhooks.addresses import NotAllowed, is_public
from infrastructure.webhooks.names import Resolve

MOST_TRIED = 3
"""Addresses of one name."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """The backend through which httpcore opens connections."""

    def __init__(self, resolve: Resolve, *, allow_private: bool):
        self._resolve = resolve
        self._allow_private = allow_private
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises NotAllowed, and httpcore's errors."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("The host isn't known.") from error
        self._check(addresses)
        failure: Exception = httpcore.ConnectError("The host isn't known.")
        for address in addresses[:MOST_TRIED]:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _check(self, addresses: Sequence[str]) -> None:
        """All have to be public, because any of them may be the one that is used."""
        if not self._allow_private and not all(map(is_public, addresses)):
            raise NotAllowed("The host isn't a public one.")
