"""The connections of a server, within a bound: beyond it, the one goes that has waited longest for
its client's next request."""

from resource import RLIM_INFINITY
from typing import Any, Protocol

MOST = 10_000
"""Connections of a process, unless its event streams need more."""

OTHER_FILES = 200
"""Open files that are no connections of clients."""


class Open(Protocol):
    """A connection."""

    @property
    def transport(self) -> Any: ...


class Connections:
    """At most `most` of a server's connections."""

    def __init__(self, most: int):
        self._most = most
        self._count = 0
        self._waiting: dict[Open, None] = {}  # for a request, the longest first

    def opened(self, one: Open) -> None:
        """A new connection waits for its first request. If no other waits as well, it is cut."""
        self._count += 1
        self._waiting[one] = None
        if self._count > self._most:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            longest.transport.abort()

    def asked(self, one: Open) -> None:
        """A request has arrived."""
        self._waiting.pop(one, None)

    def answered(self, one: Open) -> None:
        """Note that a connection waits for the next request."""
        self._waiting.pop(one, None)
        self._waiting[one] = None

    def closed(self, one: Open) -> None:
        self._count -= 1
        self._waiting.pop(one, None)


def most_connections(event_streams: int, files: int) -> int:
    """The bound of a process that may have so many event streams, and so many open files."""
    wanted = max(MOST, 2 * event_streams)
    return wanted if files == RLIM_INFINITY else max(1, min(wanted, files - OTHER_FILES))
