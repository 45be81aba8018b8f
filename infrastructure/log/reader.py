"""Reading stored events: streams by name, and pages of the log in order."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from psycopg import AsyncConnection

from application.entity import Recorded
from domain.streams import StreamName
from infrastructure.log.codec import decode

COLUMNS = "originator_id, originator_version, notification_id, topic, state"

SELECT_STREAMS = (
    f"SELECT {COLUMNS} FROM stored_events WHERE originator_id = ANY(%s) "
    "ORDER BY originator_id, originator_version"
)

SELECT_PAGE = (
    f"SELECT {COLUMNS} FROM stored_events WHERE notification_id > %s "
    "ORDER BY notification_id LIMIT %s"
)

TENANT = "split_part(originator_id, '/', 1)"

END = 2**63 - 1
"""Beyond every position."""


def tenant_head(tenant: str) -> str:
    """The last position of a tenant, which `tenant` is the placeholder for.

    The range and the order are spelt as those of the index, whole: where a plan may choose, it
    reads the log of everybody for a tenant that had much to tell once and has been quiet since."""
    return f"""
SELECT notification_id FROM stored_events
WHERE ({TENANT}, notification_id) >= ({tenant}, 0)
    AND ({TENANT}, notification_id) <= ({tenant}, {END})
ORDER BY {TENANT} DESC, notification_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored event that can't be read, and why."""

    stream: str
    position: int
    reason: str


def recorded(stream: str, version: int, position: int, topic: str, state: bytes) -> Recorded:
    """A row as a recorded event. Raises ValueError if it can't be read."""
    event, envelope = decode(topic, state)
    return Recorded(StreamName.parse(stream), version, position, event, envelope)


async def read_page(
    connection: AsyncConnection, after: int, limit: int
) -> list[Recorded | Unreadable]:
    """The next events of the whole log after a position, in order."""
    cursor = await connection.execute(SELECT_PAGE, (after, limit), prepare=True)
    page: list[Recorded | Unreadable] = []
    for stream, version, position, topic, state in await cursor.fetchall():
        try:
            page.append(recorded(stream, version, position, topic, state))
        except ValueError as error:
            page.append(Unreadable(stream, position, str(error)))
    return page


async def read_log(
    connection: AsyncConnection, after: int = 0, page_size: int = 1000
) -> AsyncIterator[list[Recorded | Unreadable]]:
    """The log in pages, from after a position to its end."""
    while page := await read_page(connection, after, page_size):
        yield page
        after = page[-1].position


async def head(connection: AsyncConnection) -> int:
    """The position of the last event, 0 for an empty log."""
    cursor = await connection.execute("SELECT max(position) FROM commits", prepare=True)
    row = await cursor.fetchone()
    return (row and row[0]) or 0
