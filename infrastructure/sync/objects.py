"""The objects of each calendar as they were last seen, and the rounds that look for them."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from infrastructure.calendars.port import CalendarObject, Put
from infrastructure.sync.recognizing import Ignored
from infrastructure.sync.visit import Visit

ROLLED_AT_ONCE = 50
"""Series whose occurrences are rolled on, and objects looked at again, in one visit."""

FORGOTTEN_AT_ONCE = 500
"""Objects that have left their calendars and are forgotten in one visit."""

HASH_BYTES = 16

KNOWN = """
SELECT object, etag, fingerprint, ignored, again, gone FROM calendar_objects
WHERE account = %s AND calendar = %s AND object = ANY(%s)
"""

# Noted before the look-up of contacts: a person who becomes one later is found by these hashes.
NOTE = """
INSERT INTO calendar_objects
    (account, tenant, calendar, object, round, recurring, addresses)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (account, calendar, object) DO UPDATE
SET round = excluded.round, recurring = excluded.recurring, addresses = excluded.addresses,
    again = false, etag = NULL, fingerprint = NULL
"""

SEEN = """
UPDATE calendar_objects SET round = %s
WHERE account = %s AND calendar = %s AND object = ANY(%s) AND round <> %s
"""

TAKEN = """
UPDATE calendar_objects
SET etag = %s, fingerprint = %s, ignored = %s, gone = false, rolled_on = current_date
WHERE account = %s AND calendar = %s AND object = %s
"""

WRITTEN = """
INSERT INTO calendar_objects AS o
    (account, tenant, calendar, object, round, etag, fingerprint)
SELECT %(account)s, %(tenant)s, %(calendar)s, %(id)s, coalesce((SELECT round FROM calendar_cursors c
    WHERE c.account = %(account)s AND c.calendar = %(calendar)s), 0), %(etag)s, %(fingerprint)s
ON CONFLICT (account, calendar, object) DO UPDATE
SET etag = excluded.etag, fingerprint = excluded.fingerprint, gone = false, ignored = NULL,
    round = greatest(o.round, excluded.round)
"""

LEFT = """
SELECT object FROM calendar_objects
WHERE account = %s AND calendar = %s AND round < %s AND NOT gone ORDER BY object LIMIT %s
"""

GONE = """
UPDATE calendar_objects SET gone = true, again = false, etag = NULL, fingerprint = NULL
WHERE account = %s AND calendar = %s AND object = ANY(%s)
"""

PASSED_OVER = """
UPDATE calendar_objects
SET again = false, rolled_on = current_date, fingerprint = coalesce(fingerprint, '')
WHERE account = %s AND calendar = %s AND object = %s
"""

TO_LOOK_AT = f"""
(SELECT calendar, object FROM calendar_objects
    WHERE account = %(account)s AND (again OR fingerprint IS NULL) AND NOT gone
    LIMIT {ROLLED_AT_ONCE})
UNION
(SELECT calendar, object FROM calendar_objects
    WHERE account = %(account)s AND recurring AND ignored IS NULL AND rolled_on < current_date
        AND NOT gone LIMIT {ROLLED_AT_ONCE})
"""

FORGET_ENDED = f"""
WITH ended AS (
    SELECT calendar, object FROM calendar_objects o
    WHERE account = %(account)s AND gone AND NOT EXISTS (
        SELECT FROM calendar_links l
        WHERE l.account = o.account AND l.calendar = o.calendar AND l.object = o.object
            AND coalesce(agreed ->> 'ends_at', agreed ->> 'start')::timestamptz >= %(before)s)
    LIMIT {FORGOTTEN_AT_ONCE}
), unlinked AS (
    DELETE FROM calendar_links l USING ended e
    WHERE l.account = %(account)s AND l.calendar = e.calendar AND l.object = e.object
)
DELETE FROM calendar_objects o USING ended e
WHERE o.account = %(account)s AND o.calendar = e.calendar AND o.object = e.object
"""

FORGET = """
WITH others AS (
    DELETE FROM calendar_cursors WHERE account = %(account)s AND calendar <> ALL(%(calendars)s)
    RETURNING calendar
), unread AS (
    DELETE FROM calendar_objects
    WHERE account = %(account)s AND calendar IN (SELECT calendar FROM others)
)
DELETE FROM calendar_links
WHERE account = %(account)s AND calendar IN (SELECT calendar FROM others)
"""

PROGRESS = """
SELECT count(*), count(*) FILTER (WHERE ignored IS NULL), count(*) FILTER (WHERE ignored <> ''),
    (SELECT min((agreed ->> 'start')::timestamptz) FROM calendar_links WHERE account = %s)
FROM calendar_objects WHERE account = %s AND NOT gone
"""


class Known(NamedTuple):
    """An object as it was last seen. A fingerprint of None says that the object was noted and not
    taken yet; that of a private one isn't kept, and is empty."""

    etag: str | None
    fingerprint: bytes | None
    ignored: str | None
    again: bool
    gone: bool

    def is_like(self, other: CalendarObject) -> bool:
        """True if the object has nothing new."""
        if self.again or self.gone or self.fingerprint is None:
            return False
        if other.etag is not None and other.etag == self.etag:
            return True
        return other.fingerprint == self.fingerprint


class Progress(NamedTuple):
    """Objects of an account: those seen, those with meetings, and those without; `oldest` is the
    start of the first meeting."""

    seen: int
    tracked: int
    skipped: int
    oldest: datetime | None

    @property
    def json(self) -> dict[str, object]:
        return self._asdict() | {"oldest": self.oldest and self.oldest.isoformat()}


def hashed(key: bytes, tenant: str, address: str) -> bytes:
    """The keyed hash by which an address in its normal form is found again."""
    message = f"{tenant}\n{address}".encode()
    return hmac.digest(key, message, hashlib.sha256)[:HASH_BYTES]


async def known(visit: Visit, calendar: str, objects: Sequence[str]) -> dict[str, Known]:
    rows = await visit.read(KNOWN, (visit.account.id, calendar, list(objects)))
    return {row[0]: Known(*row[1:]) for row in rows}


async def note(
    visit: Visit,
    calendar: str,
    round: int,
    objects: Iterable[tuple[CalendarObject, Iterable[bytes]]],
) -> None:
    """Note objects with the hashes of their addresses, before they are taken."""
    account = visit.account
    rows = [
        (account.id, account.tenant, calendar, each.id, round, each.recurring, sorted(hashes))
        for each, hashes in objects
    ]
    if rows:
        async with visit.transaction() as connection:
            await connection.cursor().executemany(NOTE, rows)


async def taken(
    connection: psycopg.AsyncConnection[Any],
    visit: Visit,
    calendar: str,
    object: CalendarObject,
    ignored: str | None,
) -> None:
    fingerprint = b"" if ignored == Ignored.PRIVATE else object.fingerprint
    values = (object.etag, fingerprint, ignored)
    await connection.execute(TAKEN, (*values, visit.account.id, calendar, object.id))


async def written(
    connection: psycopg.AsyncConnection[Any], visit: Visit, calendar: str, put: Put
) -> None:
    """Note an object that kith wrote."""
    parameters = {
        "account": visit.account.id,
        "tenant": visit.account.tenant,
        "calendar": calendar,
        **put._asdict(),
    }
    await connection.execute(WRITTEN, parameters)


async def seen(visit: Visit, calendar: str, round: int, objects: Sequence[str]) -> None:
    """Note that a round lists objects in which nothing is new."""
    if objects:
        async with visit.transaction() as connection:
            values = (round, visit.account.id, calendar, list(objects), round)
            await connection.execute(SEEN, values)


async def left(visit: Visit, calendar: str, round: int, most: int) -> list[str]:
    """Objects that the round, which is at its end, didn't list."""
    rows = await visit.read(LEFT, (visit.account.id, calendar, round, most))
    return [row[0] for row in rows]


async def gone(
    connection: psycopg.AsyncConnection[Any], visit: Visit, calendar: str, objects: Sequence[str]
) -> None:
    await connection.execute(GONE, (visit.account.id, calendar, list(objects)))


async def passed_over(
    connection: psycopg.AsyncConnection[Any], visit: Visit, calendar: str, object: str
) -> None:
    """Note that an object can't be read: it isn't looked at again until it changes."""
    await connection.execute(PASSED_OVER, (visit.account.id, calendar, object))


async def to_look_at(visit: Visit) -> list[tuple[str, str]]:
    """Calendars and ids of objects to be looked at again: one of their people became a contact, or
    a day has passed, and the window of what recurs has rolled on."""
    rows = await visit.read(TO_LOOK_AT, {"account": visit.account.id})
    return [(calendar, found) for calendar, found in rows]


async def forget_others(visit: Visit, calendars: Sequence[str]) -> None:
    """Forget what is known of calendars that aren't looked at any more. Both sides stay."""
    async with visit.transaction() as connection:
        parameters = {"account": visit.account.id, "calendars": list(calendars)}
        await connection.execute(FORGET, parameters)


async def forget_ended(visit: Visit, before: datetime) -> None:
    """Forget objects that have left their calendars, and whose occurrences ended before any look
    begins: should one come back, nothing of it is a meeting."""
    async with visit.transaction() as connection:
        await connection.execute(FORGET_ENDED, {"account": visit.account.id, "before": before})


async def progress(visit: Visit) -> Progress:
    (row,) = await visit.read(PROGRESS, (visit.account.id,) * 2)
    seen, tracked, skipped, oldest = row
    return Progress(seen, tracked, skipped, oldest and oldest.astimezone(UTC))
