"""One way out for everything that users may have called: its rules, its look-ups, its TLS."""

import ssl
from typing import Self

from anyio.abc import ByteStream

from infrastructure.outside.addresses import LONGEST_URL, Endpoint, endpoint
from infrastructure.outside.names import Names, Resolve, resolver
from infrastructure.outside.network import CheckedNetwork, trusting
from infrastructure.outside.wire import Share


class WayOut:
    """`allow_private` lets http and private addresses pass. Look-ups of names are shared out among
    tenants; `of` gives a tenant's own way."""

    def __init__(
        self,
        *,
        allow_private: bool,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ):
        self.allow_private = allow_private
        self._names = Names(resolve or resolver())
        self._tls = tls or trusting()
        self._tenant = ""

    def of(self, tenant: str) -> Self:
        own = type(self).__new__(type(self))
        vars(own).update(vars(self), _tenant=tenant)
        return own

    def endpoint(self, url: str, longest: int = LONGEST_URL) -> Endpoint:
        """Check an address without resolving its host. Raises NotAllowed."""
        return endpoint(url, allow_private=self.allow_private, longest=longest)

    async def connect(self, where: Endpoint, share: Share) -> ByteStream:
        """Raises LimitReached, NotAllowed, NoConnection, TooLong."""
        resolve = await self._names.look_up(self._tenant, where.host, where.port)
        network = CheckedNetwork(resolve, allow_private=self.allow_private, tls=self._tls)
        return await network.connect(where, share)
