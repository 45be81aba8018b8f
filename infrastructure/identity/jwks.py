"""The keys of an OIDC issuer, from the JSON Web Key Set that it publishes at a URL.

The set is fetched when first needed, refreshed in the background, and fetched at once when a token
names an unknown key, which is the sign of a rotation. Since anybody can name an unknown key, there
is a pause between two fetches.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from infrastructure.identity.errors import IdentityUnavailable
from infrastructure.identity.fetching import fetch
from infrastructure.identity.jwk import usable_keys
from infrastructure.identity.keys import VerificationKey

log = logging.getLogger(__name__)

FETCH = "fetch the issuer's keys"
"""The name of the task."""


class JwksKeys:
    """The issuer's public keys; asymmetric algorithms only. All times are seconds.

    `timeout` bounds one fetch. After `refresh_after` the keys are fetched again in the background;
    the known ones stay valid for up to `usable_for` if the issuer is out of reach. `pause` is the
    least time between the starts of two fetches.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 5,
        refresh_after: float = 300,
        usable_for: float = 86_400,
        pause: float = 10,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
            raise ValueError("The address of the issuer's keys is not an http or https URL.")
        self.generation = 0
        self._url = url
        # Reading the system's authorities takes milliseconds that no request should wait for.
        self._tls = ssl.create_default_context() if urlsplit(url).scheme == "https" else None
        self._timeout = timeout
        self._refresh_after = refresh_after
        self._usable_for = usable_for
        self._pause = pause
        self._clock = clock
        self._keys: tuple[VerificationKey, ...] = ()
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._failed = False
        self._fetching: asyncio.Task[None] | None = None

    async def candidates(self, algorithm: str, kid: str | None) -> Sequence[VerificationKey]:
        """The keys with this algorithm and this name, or any name if `kid` is None."""
        age = self._clock() - self._fetched_at
        if age > self._usable_for:
            await self._refreshed()
        elif age > self._refresh_after and self._may_fetch():
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
                "Tokens can't be verified at the moment: the issuer's keys are out of reach.",
                retry_after=max(1.0, self._tried_at + self._pause - self._clock()),
            )

    def _may_fetch(self) -> bool:
        return self._fetching is None and self._clock() - self._tried_at >= self._pause

    def _fetch(self) -> None:
        self._tried_at = self._clock()
        self._fetching = asyncio.create_task(self._fetch_now(), name=FETCH)

    async def _fetch_now(self) -> None:
        try:
            keys = usable_keys(await fetch(self._url, self._timeout, self._tls))
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
