"""Keyset pages: opaque cursors bound to the tenant and the filter they were made for.

A page is found by comparing row values, `(at, id) < (…, …)`, which costs the same at any depth.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

Fetch = Callable[[str, Sequence[Any]], Awaitable[list[tuple[Any, ...]]]]
"""Runs a query with `%s` parameters and gives its rows."""


class InvalidCursor(ValueError):
    """The cursor isn't one of ours, or was made for another list."""


class Place(NamedTuple):
    """Where a page ended: the instant and the id of its last row."""

    at: datetime
    id: UUID


def scope(*parts: object) -> str:
    """What a cursor is bound to: the tenant, the list, its filter."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def to_cursor(place: Place, bound_to: str) -> str:
    text = json.dumps([place.at.isoformat(), str(place.id), bound_to], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_cursor(cursor: str, bound_to: str) -> Place:
    """Raises InvalidCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, identity, bound = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = Place(datetime.fromisoformat(at), UUID(identity))
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise InvalidCursor("The cursor isn't one that was given out here.") from error
    if bound != bound_to or place.at.tzinfo is None:
        raise InvalidCursor("The cursor was given out for another list.")
    return place


def pattern(term: str) -> str:
    """A LIKE pattern that finds a term anywhere, in lower case."""
    escaped = term.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
