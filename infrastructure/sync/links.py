"""Links: which occurrence stands for which meeting, and what both sides last agreed on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from infrastructure.sync.values import Values
from infrastructure.sync.visit import Visit

COLUMNS = "calendar, object, recurrence, uid, meeting, agreed, people, own"

OF_OBJECTS = f"""
SELECT {COLUMNS} FROM calendar_links WHERE account = %s AND calendar = %s AND object = ANY(%s)
"""

OF_MEETING = f"""
SELECT {COLUMNS} FROM calendar_links WHERE account = %s AND meeting = %s
ORDER BY agreed -> 'cancelled' = 'true', calendar = %s DESC, calendar, object LIMIT 1
"""

SAVE = """
INSERT INTO calendar_links
    (account, tenant, calendar, object, recurrence, uid, meeting, agreed, people, own)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (account, calendar, object, recurrence) DO UPDATE
SET uid = excluded.uid, meeting = excluded.meeting, agreed = excluded.agreed,
    people = excluded.people, own = excluded.own
"""

DROP = """
DELETE FROM calendar_links
WHERE account = %s AND calendar = %s AND object = %s AND recurrence IS NOT DISTINCT FROM %s
"""

# A copy of an account that isn't looked at any more says nothing. The organizer's own word holds
# for all copies, but an event may have moved between calendars of the account.
STANDS_ELSEWHERE = """
SELECT EXISTS (
    SELECT FROM calendar_links l
    WHERE l.meeting = %(meeting)s AND l.tenant = %(tenant)s AND agreed -> 'cancelled' = 'false'
        AND (l.account, l.calendar, l.object) <> (%(account)s, %(calendar)s, %(object)s)
        AND (l.account = %(account)s OR NOT %(own)s)
        AND EXISTS (SELECT FROM calendar_visits v WHERE v.account = l.account))
"""


class Place(NamedTuple):
    """An occurrence in its account: the object of a calendar, and the RECURRENCE-ID in it."""

    calendar: str
    object: str
    recurrence: datetime | None


class Link(NamedTuple):
    """`people` is the digest of the people as the calendar had them; `own` is True if the account's
    user organizes it."""

    place: Place
    uid: str
    meeting: UUID
    agreed: Values
    people: bytes
    own: bool


async def of_objects(visit: Visit, calendar: str, objects: Sequence[str]) -> dict[Place, Link]:
    rows = await visit.read(OF_OBJECTS, (visit.account.id, calendar, list(objects)))
    return {link.place: link for link in map(_link, rows)}


async def of_meeting(visit: Visit, meeting: UUID) -> Link | None:
    """The account's link of a meeting. Of several, one that isn't off, in the calendar that kith
    writes to."""
    rows = await visit.read(OF_MEETING, (visit.account.id, meeting, visit.account.written))
    return _link(rows[0]) if rows else None


async def stands_elsewhere(visit: Visit, link: Link) -> bool:
    """True if another object, such as a colleague's copy, says that the meeting takes place."""
    place = link.place
    parameters = {
        "meeting": link.meeting,
        "tenant": visit.account.tenant,
        "account": visit.account.id,
        "calendar": place.calendar,
        "object": place.object,
        "own": link.own,
    }
    ((stands,),) = await visit.read(STANDS_ELSEWHERE, parameters)
    return bool(stands)


async def save(
    connection: psycopg.AsyncConnection[Any], visit: Visit, links: Iterable[Link]
) -> None:
    account = visit.account
    rows = [
        (account.id, account.tenant, *link.place, *link[1:3], link.agreed.json, *link[4:])
        for link in links
    ]
    if rows:
        await connection.cursor().executemany(SAVE, rows)


async def drop(
    connection: psycopg.AsyncConnection[Any], visit: Visit, places: Iterable[Place]
) -> None:
    rows = [(visit.account.id, *place) for place in places]
    if rows:
        await connection.cursor().executemany(DROP, rows)


def _link(row: tuple[Any, ...]) -> Link:
    place, (uid, meeting, agreed, people, own) = Place(*row[:3]), row[3:]
    return Link(place, uid, meeting, Values.from_json(agreed), people, own)
