"""Checking the log: positions and versions have no gaps, and every event can be decoded."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import AsyncConnection

from infrastructure.log.events import COLUMNS, recorded
from infrastructure.progress import Progress

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verification's outcome: `checked` rows or events, the number of faults, and examples of
    them in words."""

    name: str
    checked: int
    wrong: int = 0
    examples: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        return self.wrong == 0


GAPS = """
SELECT notification_id, previous FROM (
    SELECT notification_id, lag(notification_id, 1, 0::bigint) OVER (ORDER BY notification_id)
        AS previous FROM stored_events) e
WHERE notification_id IS DISTINCT FROM previous + 1
"""

STREAMS = """
SELECT originator_id FROM stored_events GROUP BY originator_id
HAVING min(originator_version) <> 1 OR max(originator_version) <> count(*)
"""

COMMITS = """
SELECT position FROM commits c
WHERE NOT EXISTS (SELECT FROM stored_events WHERE notification_id = c.position)
"""

TIMES = """
SELECT position FROM (
    SELECT position, recorded_at, lag(recorded_at) OVER (ORDER BY position) AS previous
    FROM commits) c
WHERE recorded_at < previous
"""

EVENTS = f"""
SELECT {COLUMNS}, (SELECT recorded_at FROM commits WHERE position >= notification_id
                   ORDER BY position LIMIT 1)
FROM stored_events ORDER BY notification_id
"""

Findings = AsyncIterator[str]

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


async def check_log(connection: AsyncConnection, progress: Progress) -> Verdict:
    """Check every event and every commit in one snapshot. Raises psycopg.Error."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor = await connection.execute("SELECT count(*) FROM stored_events")
        (events,) = await cursor.fetchone() or (0,)
        wrong = 0
        examples: list[str] = []
        for findings in (_rows(connection), _events(connection, events, progress)):
            async for finding in findings:
                wrong += 1
                examples += [finding] if len(examples) < 2 * EXAMPLES else []
    return Verdict("the log", events, wrong, tuple(examples))


async def _rows(connection: AsyncConnection) -> Findings:
    for position, previous in await _all(connection, GAPS):
        yield f"after position {previous} comes {position}"
    for (stream,) in await _all(connection, STREAMS):
        yield f"the versions of {stream} have a gap"
    for (position,) in await _all(connection, COMMITS):
        yield f"a commit names position {position}, where there is no event"
    for (position,) in await _all(connection, TIMES):
        yield f"the commit at position {position} was recorded before the one before it"


async def _all(connection: AsyncConnection, sql: str) -> list[tuple[object, ...]]:
    return await (await connection.execute(sql)).fetchall()


async def _events(connection: AsyncConnection, events: int, progress: Progress) -> Findings:
    latest = LONG_AGO
    async with connection.cursor(name="log_check") as cursor:
        cursor.itersize = 1000
        await cursor.execute(EVENTS)
        done = 0
        async for *row, committed in cursor:
            stream, version, position, topic, state = row
            done += 1
            if done % 1000 == 0 or done == events:
                progress("Reading the log", done, events)
            try:
                time = recorded(stream, version, position, topic, state).envelope.time
            except Exception as error:  # any error is a finding
                reason = " ".join(str(error).split())[:200]
                yield f"the event at position {position} can't be read: {reason}"
                continue
            if committed is None:
                yield f"the event at position {position} belongs to no commit"
            elif time != committed:
                yield f"the event at position {position} has another time than its commit"
            if time < latest:
                yield f"the event at position {position} was recorded before the one before it"
            latest = max(latest, time)
