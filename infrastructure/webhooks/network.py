"""Connections to addresses that have been checked at the moment of connecting.

A name is looked up once, every address it stands for is checked, and the connection goes to one of
these very addresses: a name that is answered differently a moment later (DNS rebinding) gains
nothing. TLS and the Host header go by the name.
"""

from collections.abc import Iterable, Sequence

import httpcore

from infrastructure.webhooks.addresses import NotAllowed, is_public
from infrastructure.webhooks.names import Resolve

MOST_TRIED = 3
"""Addresses of one name."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """The seam at which httpcore opens connections."""

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
        """One that isn't public is one too many: which of them is used is a matter of luck."""
        if not self._allow_private and not all(map(is_public, addresses)):
            raise NotAllowed("The host isn't a public one.")
