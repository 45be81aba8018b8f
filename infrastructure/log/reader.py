"""The one reader of the log: its head, pages in its order, streams, and the past.

Positions commit in order and without gaps, so a reader that resumes after a position misses nothing
and a page of positions is a page of events.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection, AsyncRawCursor
from pydantic_core import to_json

from application.entity import Recorded
from domain.streams import StreamName
from infrastructure.log.codec import UPCASTERS
from infrastructure.log.events import COLUMNS, Logged, Row, events_of, paced, recorded
from infrastructure.postgres.tenant_pools import Connections

END = 2**63 - 1
"""Beyond every position."""

LARGEST_PAGE = 4_000_000
"""Bytes of a page's events. A page ends with the event that exceeds them."""

STREAM_BYTES = 1_000_000
"""Bytes of a page of streams' events, or of single ones, which is handled before the next is read.
A page ends with the event that exceeds them."""

TENANT = "split_part(originator_id, '/', 1)"
KIND = "split_part(originator_id, '/', 2)"

HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
"""The position of the last event, 0 for an empty log."""


def tenant_head(tenant: str) -> str:
    """SQL for the head of a tenant's log, no row if the tenant has no event; `tenant` is the
    placeholder of its parameter.

    The range and the order repeat the index's expressions in full: with less, the planner may read
    the log of every tenant to find the last event of one that has been quiet since."""
    return f"""
SELECT notification_id FROM stored_events
WHERE ({TENANT}, notification_id) >= ({tenant}, 0)
    AND ({TENANT}, notification_id) <= ({tenant}, {END})
ORDER BY {TENANT} DESC, notification_id DESC LIMIT 1
"""


def bounded(page: str, most_bytes: int, order: str = "notification_id") -> str:
    """SQL for the rows of a page until their events exceed a size."""
    return f"""
SELECT {COLUMNS} FROM (
    SELECT {COLUMNS}, sum(octet_length(state)) OVER (ORDER BY {order}) AS size
    FROM ({page}) page) page
WHERE size - octet_length(state) < {most_bytes} ORDER BY {order}
"""


# A limit is a part of its statement: the plan for an unknown limit would read the whole log.
PAGE = f"""
SELECT {COLUMNS} FROM stored_events
WHERE notification_id > $1::bigint AND notification_id <= $2::bigint
ORDER BY notification_id LIMIT {{limit}}
"""

OF_KINDS = f"""
SELECT originator_id, originator_version, notification_id, topic,
    CASE WHEN {KIND} = ANY($3::text[]) THEN state END
FROM ({{page}}) page ORDER BY notification_id
"""

BY_STREAM = "originator_id, originator_version"
SHARED_BYTES = 100_000
"""Bytes of a stream that is loaded in one statement with others."""

STREAMS = f"""
SELECT originator_id, originator_version, notification_id, topic,
    CASE WHEN size <= {SHARED_BYTES} THEN state END
FROM (
    SELECT {COLUMNS}, sum(octet_length(state)) OVER (PARTITION BY originator_id) AS size
    FROM stored_events WHERE originator_id = ANY($1::text[])) shared
WHERE size <= {SHARED_BYTES} OR originator_version = 1
ORDER BY {BY_STREAM}
"""
"""The rows of streams; of a larger one only the first, without its content."""

REST = f"({BY_STREAM}) > ($1::text, $2::bigint)"
"""The condition of the pages of streams after the first: `$1` and `$2` are where one ended."""

BEFORE = bounded(
    f"""
    SELECT {COLUMNS} FROM stored_events
    JOIN json_to_recordset($3::json) AS w(stream text, version bigint)
        ON originator_id = w.stream AND originator_version < w.version
    WHERE {REST}
    """,
    STREAM_BYTES,
    BY_STREAM,
)

UPTO = bounded(
    f"""
    SELECT {COLUMNS} FROM stored_events
    WHERE originator_id = ANY($3::text[]) AND notification_id <= $4::bigint AND {REST}
    """,
    STREAM_BYTES,
    BY_STREAM,
)

# Without OFFSET, the planner may scan the log for its small rows; their content, which it doesn't
# reckon with, is what takes long to read.
SOME = f"""
SELECT found.* FROM unnest($3::text[]) AS w (stream)
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM stored_events
    WHERE originator_id = w.stream AND {{condition}} AND {REST}
    ORDER BY originator_version OFFSET 0) found
"""
OF_TYPE = bounded(SOME.format(condition="topic = ANY($4::text[])"), STREAM_BYTES, BY_STREAM)

IS_JUDGING = """(
    topic = 'kith.interaction.deleted.v1'
    OR position('"restricted":["'::bytea IN state) > 0
    OR position('"labels.restricted":'::bytea IN state) > 0)"""
"""True for every stored event that sets the restricted tags of an interaction, or deletes it: the
condition of the index `stored_events_judging_idx`. A text can't hold these words, because its
quotes are escaped."""

JUDGING = bounded(SOME.format(condition=IS_JUDGING), STREAM_BYTES, BY_STREAM)

AT_POSITIONS = bounded(
    f"""
    SELECT {COLUMNS} FROM stored_events
    WHERE notification_id = ANY($1::bigint[]) AND notification_id > $2::bigint
    """,
    STREAM_BYTES,
)

BEGUN = """
SELECT originator_id FROM stored_events
WHERE originator_id = ANY($1::text[]) AND originator_version = 1
"""

POSITIONS = 5_000
"""Positions in which the events of tenants are looked for at once."""

TENANTS_AFTER = f"""
SELECT {TENANT}, max(notification_id) FROM (
    SELECT originator_id, notification_id FROM stored_events WHERE notification_id > $1::bigint
    ORDER BY notification_id LIMIT {POSITIONS}) new
GROUP BY 1
"""

POSITION_AT = """
SELECT position FROM commits WHERE recorded_at <= $1
ORDER BY recorded_at DESC, position DESC LIMIT 1
"""

POSITION_BEFORE = "SELECT coalesce(max(position), 0) FROM commits WHERE recorded_at < $1"


class Page(NamedTuple):
    """Events in the log's order, and the position `last` that the page reaches."""

    events: list[Logged]
    last: int


class LogReader:
    """Reads on a borrowed connection. Every method raises psycopg.Error."""

    def __init__(self, connection: AsyncConnection[Any]):
        self._connection = connection

    async def head(self) -> int:
        """The position of the last event, 0 for an empty log."""
        ((position,),) = await self.rows(HEAD)
        return int(position)

    async def page(
        self, after: int, limit: int, upto: int = END, kinds: Collection[str] | None = None
    ) -> Page:
        """The next `limit` events after a position, fewer where they are large. Of other `kinds` of
        streams than those named, neither content is transferred nor events are returned."""
        return await page_of(await self.page_rows(after, limit, upto, kinds), after)

    async def page_rows(
        self, after: int, limit: int, upto: int = END, kinds: Collection[str] | None = None
    ) -> list[Row]:
        """The rows of a page, not decoded yet; without content where the kind isn't asked for."""
        sql = bounded(PAGE.format(limit=int(limit)), LARGEST_PAGE)
        if kinds is None:
            return await self.rows(sql, after, upto)
        return await self.rows(OF_KINDS.format(page=sql), after, upto, sorted(kinds))

    async def before(self, versions: Mapping[str, int]) -> AsyncIterator[list[Logged]]:
        """The events of each stream before a version, stream by stream, in pages."""
        async for rows in self._pages(BEFORE, _of_streams(versions)):
            yield await events_of(rows)

    async def judging(self, streams: Iterable[str]) -> AsyncIterator[list[Logged]]:
        """The events of interactions that decide who may see their content, stream by stream, in
        pages."""
        async for rows in self._pages(JUDGING, list(streams)):
            yield await events_of(rows)

    async def of_type(self, streams: Iterable[str], type: str) -> AsyncIterator[list[Logged]]:
        """The events of a type in these streams, and those that are upcast, stream by stream, in
        pages."""
        async for rows in self._pages(OF_TYPE, list(streams), [type, *UPCASTERS]):
            yield await events_of(rows)

    async def at(self, positions: Iterable[int]) -> AsyncIterator[list[Logged]]:
        """The events at these positions, in the log's order, in pages."""
        wanted, last = sorted(set(positions)), 0
        while rows := await self.rows(AT_POSITIONS, wanted, last):
            yield await events_of(rows)
            if (last := int(rows[-1][2])) >= wanted[-1]:
                return

    async def upto(self, streams: Iterable[StreamName], position: int) -> AsyncIterator[Recorded]:
        """The events of streams up to a position, stream by stream, read in pages. Raises
        ValueError for one that can't be decoded."""
        names = [str(stream) for stream in streams]
        async for rows in self._pages(UPTO, names, position):
            async for row in paced(rows):
                yield recorded(*row)

    async def stream(self, name: StreamName) -> AsyncIterator[Row]:
        """The rows of a stream, read in pages."""
        async for rows in self._pages(UPTO, [str(name)], END):
            async for row in paced(rows):
                yield row

    async def begun(self, streams: Iterable[StreamName]) -> set[str]:
        """The names of those streams that have an event."""
        return {name for (name,) in await self.rows(BEGUN, [str(stream) for stream in streams])}

    async def tenants_after(self, position: int) -> dict[str, int]:
        """The last position of each tenant among the next POSITIONS positions."""
        return dict(await self.rows(TENANTS_AFTER, position))

    async def position_at(self, instant: datetime) -> int:
        """The position of the last event recorded at an instant or before, 0 if there is none.

        Recorded times never go back, so an instant stands for one position for ever."""
        rows = await self.rows(POSITION_AT, instant)
        return int(rows[0][0]) if rows else 0

    async def position_before(self, instant: datetime) -> int:
        """The position of the last event recorded before an instant, 0 if there is none."""
        ((position,),) = await self.rows(POSITION_BEFORE, instant)
        return int(position)

    async def _pages(self, sql: str, *parameters: object) -> AsyncIterator[list[Row]]:
        """The pages of a statement whose `$1` and `$2` are where the page before ended."""
        stream, version = "", 0
        while rows := await self.rows(sql, stream, version, *parameters):
            yield rows
            if sum(len(row[4]) for row in rows) < STREAM_BYTES:
                return
            stream, version = rows[-1][:2]

    async def rows(self, sql: str, *parameters: object, prepare: bool | None = True) -> list[Row]:
        """The rows of a statement with `$1`, `$2`, … as placeholders."""
        cursor = AsyncRawCursor(self._connection)
        await cursor.execute(sql.encode(), parameters, prepare=prepare, binary=True)
        return await cursor.fetchall()


@asynccontextmanager
async def reading(pool: Connections) -> AsyncIterator[LogReader]:
    """A reader on a connection of the pool, or of a tenant's share. Raises
    psycopg.OperationalError, PoolTimeout, LimitReached."""
    async with pool.connection() as connection:
        yield LogReader(connection)


async def page_of(rows: Sequence[Row], after: int) -> Page:
    """The page of these rows; an empty one ends where it began."""
    last = int(rows[-1][2]) if rows else after
    return Page(await events_of([row for row in rows if row[4] is not None]), last)


def _of_streams(versions: Mapping[str, int]) -> str:
    return to_json([{"stream": name, "version": v} for name, v in versions.items()]).decode()
