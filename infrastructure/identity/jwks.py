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

from infrastructure.identity.errors import IdentityUnavailable
from infrastructure.identity.jwk import usable_keys
from infrastructure.identity.key_document import fetch
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
            async with asyncio.timeout(self._timeout):
                document = await fetch(self._url, self._tls)
            keys = usable_keys(document)
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
