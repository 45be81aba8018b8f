"""The times between visits of an account, and the rate of requests to its service."""

import asyncio
import random
from collections.abc import Callable

MINUTE = 60.0

POLL = {"caldav": 30.0, "ics": 15 * MINUTE}
USUAL_POLL = MINUTE
"""Seconds between two looks at an account's calendars, by its kind."""

NOTICED_POLL = 10 * MINUTE
"""Seconds between two looks at an account whose service sends notices of every calendar: notices
get lost, and the looks find what they were about."""

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 10 * MINUTE
"""Seconds until an account whose service failed is visited again; they double."""

JITTER, POLL_JITTER = 0.2, 0.1
"""The shares by which a pause, and the time until the next look, may be longer, so that accounts of
one server spread out."""

LONGEST_RETRY_AFTER = 60 * MINUTE
"""Seconds of a service's Retry-After that are obeyed."""

RATE, BURST = 5.0, 30
"""Requests a second to the service of one account, and those that may come at once."""


def poll(kind: str, *, noticed: bool = False) -> float:
    """Seconds until the next look, after one that went well."""
    seconds = NOTICED_POLL if noticed else POLL.get(kind, USUAL_POLL)
    return _longer(seconds, POLL_JITTER)


def pause(attempts: int, retry_after: float | None = None) -> float:
    """Seconds until the next visit after so many that failed in a row, one or more."""
    asked = min(retry_after or 0.0, LONGEST_RETRY_AFTER)
    return max(asked, _longer(min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)))


def _longer(seconds: float, share: float = JITTER) -> float:
    return seconds * (1 + random.random() * share)  # noqa: S311


class Bucket:
    """A token bucket: `rate` requests a second, and `burst` at once. Callers are served in turn."""

    def __init__(self, clock: Callable[[], float], rate: float = RATE, burst: int = BURST):
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = clock()
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait for a token."""
        async with self._turn:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
            self._at = now
            self._tokens -= 1
            if self._tokens < 0:
                await asyncio.sleep(-self._tokens / self._rate)
