"""Meetings that wait to be looked at for an account, each once."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from infrastructure.sync.visit import Visit

AT_ONCE = 100
"""Meetings that are pushed in one visit."""

NOTE = """
INSERT INTO calendar_pushes (account, tenant, meeting, position) VALUES (%s, %s, %s, 0)
ON CONFLICT DO NOTHING
"""

WAITING = f"""
SELECT meeting, position FROM calendar_pushes WHERE account = %s
ORDER BY noted_at, meeting LIMIT {AT_ONCE}
"""

DONE = "DELETE FROM calendar_pushes WHERE account = %s AND meeting = %s AND position = %s"

DROP = "DELETE FROM calendar_pushes WHERE account = %s"


class Push(NamedTuple):
    """`position` is that of the last event of the meeting that asks for it."""

    meeting: UUID
    position: int


async def note_push(
    connection: psycopg.AsyncConnection[Any], visit: Visit, meetings: Iterable[UUID]
) -> None:
    rows = [(visit.account.id, visit.account.tenant, each) for each in meetings]
    if rows:
        await connection.cursor().executemany(NOTE, rows)


async def waiting(visit: Visit) -> list[Push]:
    """The first meetings that wait, those that wait longest first."""
    return [Push(*row) for row in await visit.read(WAITING, (visit.account.id,))]


async def done(visit: Visit, push: Push) -> None:
    """Drop a push, unless a later event of the meeting asks for another one."""
    async with visit.transaction() as connection:
        await connection.execute(DONE, (visit.account.id, push.meeting, push.position))


async def drop(visit: Visit) -> None:
    """Drop all pushes of an account that writes no calendar."""
    async with visit.transaction() as connection:
        await connection.execute(DROP, (visit.account.id,))
