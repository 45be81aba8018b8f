"""Reading the log for projectors: pages in its order, and the earlier events of single streams.

Only events of the kinds that somebody follows are decoded, a few at a time, so that the requests a
process serves besides don't wait for a whole page.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import NamedTuple, Self

from pydantic_core import to_json

from application.entity import Recorded
from infrastructure.log.reader import COLUMNS, END, Unreadable, recorded
from infrastructure.postgres.pipeline import PipelineConnection, Rows

MOST_BYTES = 4_000_000
"""A page ends early where its events are large: with the event that goes beyond."""

AT_ONCE = 25
"""Events decoded before others have their turn; about a millisecond."""

SELECT_PAGE = f"""
SELECT {COLUMNS} FROM (
    SELECT {COLUMNS}, sum(octet_length(state)) OVER (ORDER BY notification_id) AS size
    FROM stored_events WHERE notification_id > $1 AND notification_id <= $2
    ORDER BY notification_id LIMIT {{limit}}) page
WHERE size - octet_length(state) < {MOST_BYTES} ORDER BY notification_id
"""

SELECT_EARLIER = f"""
SELECT {COLUMNS} FROM stored_events
JOIN json_to_recordset($1::json) AS w(stream text, version bigint)
    ON originator_id = w.stream AND originator_version < w.version
ORDER BY originator_id, originator_version
"""

Read = tuple[str, Recorded | Unreadable]
"""The name of a stream, and one of its events."""


class Page(NamedTuple):
    """The events of the wanted kinds up to the position `last`, where the page ends."""

    events: list[Read]
    last: int


class LogReader:
    """Reads on a connection of its own; not for two tasks at a time. After a full page it asks for
    the next one at once, so that it is there when this one has been decoded."""

    def __init__(self, connection: PipelineConnection, kinds: Collection[str]):
        self._connection = connection
        self._kinds = {kind.encode() for kind in kinds}
        self._ahead: tuple[tuple[int, int, int], asyncio.Task[Rows]] | None = None

    @classmethod
    async def connect(cls, conninfo: str, kinds: Collection[str]) -> Self:
        """Raises psycopg.OperationalError."""
        return cls(await PipelineConnection.connect(conninfo, binary=True), kinds)

    async def close(self) -> None:
        if self._ahead is not None:
            self._ahead[1].cancel()
            await self._forget()
        await self._connection.close()

    async def page(self, after: int, limit: int, upto: int = END) -> Page:
        """The next `limit` events after a position, or fewer."""
        rows = await self._rows(after, limit, upto)
        if not rows:
            return Page([], after)
        last = _int(rows[-1][2])
        if len(rows) == limit:
            following = last, limit, upto
            self._ahead = following, asyncio.create_task(self._select(*following))
        wanted = [row for row in rows if _kind(row[0] or b"") in self._kinds]
        return Page(await _decoded(wanted), last)

    async def _rows(self, *wanted: int) -> Rows:
        if self._ahead is not None and self._ahead[0] == wanted:
            rows = await self._ahead[1]
            self._ahead = None
            return rows
        await self._forget()
        return await self._select(*wanted)

    async def _forget(self) -> None:
        """Let what was asked for ahead come to its end, whatever that is."""
        if self._ahead is not None:
            await asyncio.wait([self._ahead[1]])
            if not self._ahead[1].cancelled():
                self._ahead[1].exception()
            self._ahead = None

    async def _select(self, after: int, limit: int, upto: int) -> Rows:
        # The limit is part of the statement: a plan for any limit would read the whole log.
        sql = SELECT_PAGE.format(limit=int(limit))
        (rows,) = await self._connection.run([(sql, (b"%d" % after, b"%d" % upto))])
        return rows

    async def earlier(self, versions: Mapping[str, int]) -> list[Read]:
        """The events of each stream before a version, in the order of their streams."""
        if self._ahead is not None:
            await asyncio.wait([self._ahead[1]])
        wanted = [{"stream": name, "version": version} for name, version in versions.items()]
        (rows,) = await self._connection.run([(SELECT_EARLIER, (to_json(wanted),))])
        return await _decoded(rows)


def _kind(stream: bytes) -> bytes:
    parts = stream.split(b"/")
    return parts[1] if len(parts) == 3 else b""


async def _decoded(rows: Rows) -> list[Read]:
    events: list[Read] = []
    for start in range(0, len(rows), AT_ONCE):
        # No column is NULL.
        events += [_decode(*row) for row in rows[start : start + AT_ONCE]]  # type: ignore[arg-type]
        await asyncio.sleep(0)
    return events


def _decode(stream: bytes, version: bytes, position: bytes, topic: bytes, state: bytes) -> Read:
    name, place = stream.decode(), _int(position)
    try:
        event = recorded(name, _int(version), place, topic.decode(), state)
    except Exception as error:  # whatever is wrong with one event must not hold up the others
        return name, Unreadable(name, place, f"{type(error).__name__}: {error}")
    return name, event


def _int(value: bytes | None) -> int:
    return int.from_bytes(value or b"", "big", signed=True)
