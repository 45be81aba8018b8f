"""Lists by filter, newest first: conditions, counts, keyset pages and their cursors.

A page is found by comparing row values, `(at, id) < (…, …)`, which costs the same at any depth.
Cursors are opaque, and bound to the tenant and the filter of their list.

A page has a number of records, and a size: no more is read at once. By cursor, the next page begins
where this one ended. By number, a page has as many records as it was asked for: the rest of them is
read by their ids, as their reader takes them.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

R = TypeVar("R")
D = TypeVar("D")

Fetch = Callable[[str, Sequence[Any]], Awaitable[list[tuple[Any, ...]]]]
"""Runs a query with `%s` parameters and returns its rows."""

PAGE_BYTES = 1_000_000
"""Bytes of the documents that are read at once. They end with the document that exceeds them."""


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


class Page(NamedTuple, Generic[R]):
    """The first records of a page, as many as fit into PAGE_BYTES. `end` is that of the last one,
    None if the list ends there. `rest` are the ids of the page's others, in their order; `more` is
    True if the list goes on after those."""

    records: list[R]
    end: PageEnd | None
    rest: list[UUID]
    more: bool

    def map(self, made: Callable[[R], D]) -> "Page[D]":
        return Page([made(record) for record in self.records], self.end, self.rest, self.more)


def fitting(page: str, order: str, keys: str, columns: Sequence[str], size: str) -> str:
    """SQL for the rows of `page` in this order: their keys, True if they fit into PAGE_BYTES, and
    the columns, null in the rows that don't. `size` is SQL for the bytes of a row's columns, of
    which no content is read for it."""
    size = f"coalesce({size}, 0)"
    fits = f"bytes - {size} < {PAGE_BYTES}"
    shown = ", ".join(f"CASE WHEN {fits} THEN {column} END" for column in columns)
    return (
        f"SELECT {keys}, {fits}, {shown} FROM (SELECT *, sum({size}) "
        f"OVER (ORDER BY {order} ROWS UNBOUNDED PRECEDING) AS bytes FROM ({page}) page) page "
        f"ORDER BY {order}"
    )


class NewestFirst(NamedTuple):
    """A list: what it selects from which rows, by the names of its columns, and its order by an
    instant and an id. The selection may have parameters of its own. `size` is SQL for the bytes of
    its columns."""

    selected: Mapping[str, str]
    rows: str
    at: str
    id: str
    size: str

    async def page(
        self,
        fetch: Fetch,
        where: Where,
        limit: int,
        offset: int,
        before: PageEnd | None,
        *parameters: object,
    ) -> Page[tuple[Any, ...]]:
        """A page, by offset or before the end of the page before. `parameters` are those of
        `selected`."""
        if before is not None:
            where.add(f"({self.at}, {self.id}) < (%s, %s)", *before)
        selected = ", ".join(f"{sql} AS {name}" for name, sql in self.selected.items())
        page = (
            f"SELECT {self.at} AS page_at, {self.id} AS page_id, {selected} FROM {self.rows} "
            f"WHERE {where.sql} ORDER BY {self.at} DESC, {self.id} DESC LIMIT %s OFFSET %s"
        )
        keys, order = "page_at, page_id", "page_at DESC, page_id DESC"
        sql = fitting(page, order, keys, list(self.selected), self.size)
        rows = await fetch(sql, [*parameters, *where.parameters, limit + 1, offset])
        records = [row for row in rows[:limit] if row[2]]
        end = PageEnd(*records[-1][:2]) if len(rows) > len(records) else None
        rest = [row[1] for row in rows[len(records) : limit]]
        return Page([row[3:] for row in records], end, rest, len(rows) > limit)

    async def of(
        self, fetch: Fetch, where: Where, ids: Sequence[UUID], *parameters: object
    ) -> Page[tuple[Any, ...]]:
        """The rows with these ids, which are the rest of a page. Those that have left the list
        since are left out."""
        where.add(f"{self.id} = ANY(%s)", list(ids))
        return await self.page(fetch, where, len(ids), 0, None, *parameters)


async def count_of(fetch: Fetch, table: str, where: Where) -> int:
    """The number of rows of a table (`contacts c`) that match."""
    ((total,),) = await fetch(f"SELECT count(*) FROM {table} WHERE {where.sql}", where.parameters)
    return int(total)


def scope(*parts: object) -> str:
    """The digest that a cursor is bound to: of the tenant, the list and its filter."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def to_cursor(end: PageEnd, bound_to: str) -> str:
    return sealed(end.at.isoformat(), str(end.id), bound_to)


def from_cursor(cursor: str, bound_to: str) -> PageEnd:
    """Raises InvalidCursor."""
    at, identity = unsealed(cursor, bound_to, str, str)
    try:
        end = PageEnd(datetime.fromisoformat(at), UUID(identity))
    except ValueError as error:
        raise InvalidCursor(FOREIGN) from error
    if end.at.tzinfo is None:
        raise InvalidCursor(FOREIGN)
    return end


FOREIGN = "The cursor isn't one that was given out here."


def sealed(*parts: str | int) -> str:
    """The opaque form of a cursor's parts; the last is what the cursor is bound to."""
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unsealed(cursor: str, bound_to: str, *types: type) -> list[Any]:
    """The parts of a cursor but the last, which have these types. Raises InvalidCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        *parts, bound = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise InvalidCursor(FOREIGN) from error
    if bound != bound_to:
        raise InvalidCursor("The cursor was given out for another list.")
    if [type(part) for part in parts] != list(types):
        raise InvalidCursor(FOREIGN)
    if any(isinstance(part, int) and not 0 <= part < 2**63 for part in parts):
        raise InvalidCursor(FOREIGN)
    return list(parts)


def pattern(term: str, fold: Callable[[str], str] = str.lower) -> str:
    """The LIKE pattern of folded texts that contain a term."""
    escaped = fold(term).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
