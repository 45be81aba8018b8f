"""Reading a tenant's events in order, by what is asked of them, each with what hides it.

Positions commit in order, so what a reader sees after a position is never joined later by something
before it: who goes on from the last position misses nothing. Every way of asking has an index that
leads straight to the answer, however many events there are of others, or of another type.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import AsyncRawCursor
from psycopg_pool import AsyncConnectionPool

from infrastructure.log.codec import UPCASTERS
from infrastructure.log.folding import Folder, Item, position_of
from infrastructure.log.pages import MOST_BYTES, SELECT_EARLIER, Read
from infrastructure.log.reader import COLUMNS, END, TENANT, Unreadable, tenant_head
from infrastructure.publishing.event_redaction import SELECT_LATER, Halted, Told, judged, wanted
from infrastructure.publishing.rows import Row, events_of
from projections.read_model import Step

logger = logging.getLogger(__name__)

TYPE = 'topic COLLATE "C"'

# Ranges and orders are spelt as those of the indexes, whole: where a plan may choose, it reads the
# log of everybody for a tenant that had much to tell once and has been quiet since. A limit is part
# of its statement, because a plan for any limit would read everything.

HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"

HEADS = f"SELECT coalesce(({tenant_head('$1')}), 0), ({HEAD})"

ALL = f"""
SELECT {COLUMNS} FROM stored_events
WHERE ({TENANT}, notification_id) > ($1, $2) AND ({TENANT}, notification_id) <= ($1, {END})
ORDER BY {TENANT}, notification_id LIMIT {{limit}}
"""

OF_TYPES = f"""
SELECT found.* FROM unnest($3::text[]) AS wanted (topic)
CROSS JOIN LATERAL (
    SELECT {COLUMNS} FROM stored_events
    WHERE ({TENANT}, {TYPE}, notification_id) > ($1, wanted.topic, $2)
        AND ({TENANT}, {TYPE}, notification_id) <= ($1, wanted.topic, {END})
    ORDER BY {TENANT}, {TYPE}, notification_id LIMIT {{limit}}) found
ORDER BY notification_id LIMIT {{limit}}
"""

OF_SUBJECT = f"""
SELECT {COLUMNS} FROM stored_events
WHERE originator_id = $1 AND notification_id > $2
    AND ($3::text[] IS NULL OR topic = ANY($3))
ORDER BY originator_version LIMIT {{limit}}
"""

BOUNDED = f"""
SELECT {COLUMNS} FROM (
    SELECT page.*, sum(octet_length(state)) OVER (ORDER BY notification_id) AS size
    FROM ({{page}}) page) page
WHERE size - octet_length(state) < {{bytes}} ORDER BY notification_id
"""


class Beyond(Exception):
    """There is no such position yet: whoever names it has it from another log."""


class Question(NamedTuple):
    """The next `limit` events of a tenant after a position; of some types, or of any if none is
    named; of one subject, such as `interaction/550e8400-…`, or of all."""

    tenant: str
    after: int = 0
    types: frozenset[str] = frozenset()
    subject: str | None = None
    limit: int = 100


class Page(NamedTuple):
    """`last` is the position up to which everything asked for has been told: where to go on.
    Whether there is `more` by now; else the end has been reached."""

    told: list[Told]
    last: int
    more: bool


class TenantLog:
    def __init__(self, pool: AsyncConnectionPool[Any]):
        self._pool = pool

    async def head(self) -> int:
        """The position of the last event of all, 0 for an empty log."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(HEAD, prepare=True)
            ((position,),) = await cursor.fetchall()
            return int(position)

    async def page(self, question: Question, most_bytes: int = MOST_BYTES) -> Page:
        """Raises Beyond, Halted where the next event can't be told, psycopg.OperationalError and
        PoolTimeout."""
        async with self._pool.connection() as connection:
            cursor = AsyncRawCursor(connection)
            await cursor.execute(HEADS.encode(), (question.tenant,), prepare=True)
            ((tenant_head, head),) = await cursor.fetchall()
            if question.after > head:
                raise Beyond
            if question.after >= tenant_head:
                return Page([], question.after, more=False)
            return await _Reading(cursor, question, most_bytes).page(tenant_head)


class _Reading:
    """One page, on somebody's connection."""

    def __init__(self, cursor: AsyncRawCursor[Any], question: Question, most_bytes: int):
        self._cursor = cursor
        self._question = question
        self._most_bytes = most_bytes

    async def page(self, head: int) -> Page:
        """`head` is where the tenant's log ended before this was begun."""
        asked = self._question
        rows = await self._rows()
        if not rows:
            return Page([], head, more=False)
        size = sum(len(row[4]) for row in rows)
        more = len(rows) == asked.limit or size >= self._most_bytes
        last = rows[-1][2] if more else max(head, rows[-1][2])
        steps: list[Step] = []
        for item in await self._steps(rows):
            if isinstance(item, Unreadable):
                if not steps:
                    logger.warning("event %s of %s: %s", item.position, item.stream, item.reason)
                    raise Halted(item)
                last, more = steps[-1].recorded.position, True
                break  # what comes before it is told
            steps.append(item)
        told = await judged(steps, self._later)
        if asked.types:
            # What is stored under an older type may have become one that isn't asked for.
            told = [one for one in told if one.step.recorded.event.type in asked.types]
        return Page(told, last, more)

    async def _rows(self) -> list[Row]:
        asked = self._question
        topics = sorted(asked.types.union(UPCASTERS)) if asked.types else None
        statement, parameters = ALL, [asked.tenant, asked.after]
        if asked.subject is not None:
            statement = OF_SUBJECT
            parameters = [f"{asked.tenant}/{asked.subject}", asked.after, topics]
        elif topics is not None:
            statement, parameters = OF_TYPES, [*parameters, topics]
        page = statement.format(limit=int(asked.limit))
        return await self._read(BOUNDED.format(page=page, bytes=self._most_bytes), parameters)

    async def _steps(self, rows: Sequence[Row]) -> list[Item]:
        folder = Folder(self._earlier)
        if not self._question.types and self._question.subject is None:
            return await folder.fold(await events_of(rows))
        # Between those that are asked for there may be others, which lead from one to the next.
        upto = {stream: version + 1 for stream, version, *_ in rows}
        events = sorted(await self._earlier(upto), key=lambda event: event[1].position)
        asked_for = {position for _, _, position, *_ in rows}
        return [item for item in await folder.fold(events) if position_of(item) in asked_for]

    async def _earlier(self, versions: Mapping[str, int]) -> list[Read]:
        return await events_of(await self._read(SELECT_EARLIER, [wanted(versions)]))

    async def _later(self, versions: Mapping[str, int]) -> list[Read]:
        return await events_of(await self._read(SELECT_LATER, [wanted(versions)]))

    async def _read(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        await self._cursor.execute(sql.encode(), parameters, binary=True)
        return await self._cursor.fetchall()
