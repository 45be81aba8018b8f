"""Lists by filter, newest first: conditions, counts, keyset pages and their cursors.

A page is found by comparing row values, `(at, id) < (…, …)`, which costs the same at any depth.
Cursors are opaque, and bound to the tenant and the filter of their list.
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
"""Runs a query with `%s` parameters and returns its rows."""


class InvalidCursor(ValueError):
    """The cursor isn't one of ours, or was made for another list."""


class PageEnd(NamedTuple):
    """The end of a page: the instant and the id of its last row."""

    at: datetime
    id: UUID


class Where:
    """The conditions of a query, joined by AND, and their parameters."""

    def __init__(self, condition: str, *parameters: object):
        self.sql = condition
        self.parameters: list[Any] = [*parameters]

    def add(self, condition: str, *parameters: object) -> None:
        self.sql += f" AND {condition}"
        self.parameters += parameters

    def add_given(self, condition: str, value: object) -> None:
        """A condition with one parameter, unless that is None or empty."""
        if value:
            self.add(condition, value)

    def add_period(
        self, column: str, since: datetime | None, until: datetime | None, until_excluded: bool
    ) -> None:
        """Bounds of an instant, inclusive but for an excluded `until`; None is no bound."""
        if since is not None:
            self.add(f"{column} >= %s", since)
        if until is not None:
            self.add(f"{column} {'<' if until_excluded else '<='} %s", until)


class NewestFirst(NamedTuple):
    """A list: what it selects from which rows, and its order by an instant and an id. `selected`
    may have parameters of its own."""

    selected: str
    rows: str
    at: str
    id: str

    async def page(
        self,
        fetch: Fetch,
        where: Where,
        limit: int,
        offset: int,
        before: PageEnd | None,
        *parameters: object,
    ) -> tuple[list[tuple[Any, ...]], PageEnd | None]:
        """The rows of a page, by offset or before the end of the page before, and its end; None
        on the last page. `parameters` are those of `selected`."""
        if before is not None:
            where.add(f"({self.at}, {self.id}) < (%s, %s)", *before)
        sql = (
            f"SELECT {self.at}, {self.id}, {self.selected} FROM {self.rows} WHERE {where.sql} "
            f"ORDER BY {self.at} DESC, {self.id} DESC LIMIT %s OFFSET %s"
        )
        rows = await fetch(sql, [*parameters, *where.parameters, limit + 1, offset])
        end = PageEnd(*rows[limit - 1][:2]) if len(rows) > limit else None
        return [row[2:] for row in rows[:limit]], end


async def count_of(fetch: Fetch, table: str, where: Where) -> int:
    """The number of rows of a table (`contacts c`) that match."""
    ((total,),) = await fetch(f"SELECT count(*) FROM {table} WHERE {where.sql}", where.parameters)
    return int(total)


def scope(*parts: object) -> str:
    """The digest that a cursor is bound to: of the tenant, the list and its filter."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def to_cursor(end: PageEnd, bound_to: str) -> str:
    text = json.dumps([end.at.isoformat(), str(end.id), bound_to], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_cursor(cursor: str, bound_to: str) -> PageEnd:
    """Raises InvalidCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, identity, bound = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        end = PageEnd(datetime.fromisoformat(at), UUID(identity))
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise InvalidCursor("The cursor isn't one that was given out here.") from error
    if bound != bound_to or end.at.tzinfo is None:
        raise InvalidCursor("The cursor was given out for another list.")
    return end


def pattern(term: str, fold: Callable[[str], str] = str.lower) -> str:
    """The LIKE pattern of folded texts that contain a term."""
    escaped = fold(term).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
