"""The keys of an OIDC issuer, from the JSON Web Key Set that it publishes at a URL.

The set is fetched when first needed, refreshed in the background, and fetched at once when a token
names an unknown key, which is the sign of a rotation. Since anybody can name an unknown key, there
is a pause between two fetches.

It is fetched in the event loop and not in a thread, as by PyJWT's own client: a thread can't be
cancelled, and one that waits for headers that never end would stay until the process is killed.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Sequence

import httpx

from infrastructure.identity.errors import IdentityUnavailable
from infrastructure.identity.jwk import usable_keys
from infrastructure.identity.keys import VerificationKey

log = logging.getLogger(__name__)

FETCH = "fetch the issuer's keys"
"""The name of the task."""


REFRESH_AFTER = 300
"""Seconds after which the keys are fetched again in the background."""

USABLE_FOR = 86_400
"""Seconds for which known keys stay valid if the issuer is out of reach."""

PAUSE = 10
"""Seconds between the starts of two fetches, at least."""

LARGEST_DOCUMENT = 1_000_000
"""Bytes of a key set; issuers publish a few thousand."""

HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "kith",
}


class JwksKeys:
    """The issuer's public keys; asymmetric algorithms only. `timeout` bounds a fetch, in
    seconds."""

    def __init__(
        self, url: str, *, timeout: float = 5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.generation = 0
        self._url = url
        # Reading the system's authorities takes milliseconds that no request should wait for.
        self._tls = ssl.create_default_context()
        self._timeout = timeout
        self._clock = clock
        self._keys: tuple[VerificationKey, ...] = ()
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def candidates(self, algorithm: str, kid: str | None) -> Sequence[VerificationKey]:
        """The keys with this algorithm and this name, or any name if `kid` is None."""
        age = self._clock() - self._fetched_at
        if age > USABLE_FOR:
            await self._refreshed()
        elif age > REFRESH_AFTER and self._may_fetch():
            self._fetch()
        found = self._matching(algorithm, kid)
        if not found and not self._knows(kid):
            await self._refreshed()
            found = self._matching(algorithm, kid)
        return found

    def _matching(self, algorithm: str, kid: str | None) -> list[VerificationKey]:
        return [
            key
            for key in self._keys
            if algorithm in key.algorithms and (kid is None or key.kid == kid)
        ]

    def _knows(self, kid: str | None) -> bool:
        return kid is None or any(key.kid == kid for key in self._keys)

    async def _refreshed(self) -> None:
        """Wait for the fetch under way, or for a new one unless the last began within the pause."""
        if self._fetching is None and self._may_fetch():
            self._fetch()
        if self._fetching is not None:
            # Many requests wait for one fetch: none may cancel it for the others.
            await asyncio.shield(self._fetching)
        if self._failed:
            raise IdentityUnavailable(
                "Tokens can't be verified at the moment: the issuer's keys are out of reach."
            )

    def _may_fetch(self) -> bool:
        return self._fetching is None and self._clock() - self._tried_at >= PAUSE

    def _fetch(self) -> None:
        self._tried_at = self._clock()
        self._fetching = asyncio.create_task(self._fetch_now(), name=FETCH)

    async def _fetch_now(self) -> None:
        try:
            keys = usable_keys(await self._document())
        # From a refused connection to a page of HTML.
        except Exception as error:
            self._failed = True
            log.warning("The issuer's keys can't be fetched: %s: %s", type(error).__name__, error)
        else:
            self._failed = False
            self._fetched_at = self._clock()
            if keys != self._keys:
                self.generation += 1
                self._keys = keys
        finally:
            self._fetching = None

    async def _document(self) -> bytes:
        """The key set, within bounds of time and size that no server can exceed. Redirects aren't
        followed: the settings alone name the address of the keys."""
        async with (
            asyncio.timeout(self._timeout),
            httpx.AsyncClient(verify=self._tls, timeout=None, headers=HEADERS) as client,  # noqa: S113
            client.stream("GET", self._url) as answer,
        ):
            if not answer.is_success:
                raise OSError(f"the answer has status {answer.status_code}")
            document = bytearray()
            async for chunk in answer.aiter_raw():
                document += chunk
                if len(document) > LARGEST_DOCUMENT:
                    raise ValueError(f"the document has more than {LARGEST_DOCUMENT} bytes")
            return bytes(document)
