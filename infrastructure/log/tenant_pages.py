"""Pages of a tenant's log: of all its events, of some types, or of one subject.

Every way of asking has an index that leads straight to the rows, however many events there are of
other tenants, or of other types. Ranges and orders repeat the indexes' expressions in full: with
less, the planner may read the log of every tenant for one that has been quiet since. A limit is a
part of its statement: the plan for an unknown limit would read everything.
"""

from collections.abc import Collection
from typing import NamedTuple

from infrastructure.log.codec import UPCASTERS
from infrastructure.log.events import COLUMNS, Row
from infrastructure.log.reader import END, HEAD, TENANT, LogReader, bounded, tenant_head

TYPE = 'topic COLLATE "C"'

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


class Heads(NamedTuple):
    """The last position of a tenant's log, 0 if it is empty, and of the whole log."""

    tenant: int
    log: int


async def heads(log: LogReader, tenant: str) -> Heads:
    """Raises psycopg.Error."""
    ((of_tenant, of_all),) = await log.rows(HEADS, tenant)
    return Heads(of_tenant, of_all)


async def tenant_rows(
    log: LogReader,
    tenant: str,
    after: int,
    limit: int,
    most_bytes: int,
    *,
    types: Collection[str] = (),
    subject: str | None = None,
) -> list[Row]:
    """The next rows of a tenant's log after a position, fewer than `limit` where they exceed a
    size; of some `types`, and of any type that is upcast, or of all. A `subject` is one stream,
    such as `interaction/550e8400-…`. Raises psycopg.Error."""
    topics = sorted({*types, *UPCASTERS}) if types else None
    if subject is not None:
        page, parameters = OF_SUBJECT, [f"{tenant}/{subject}", after, topics]
    elif topics is not None:
        page, parameters = OF_TYPES, [tenant, after, topics]
    else:
        page, parameters = ALL, [tenant, after]
    sql = bounded(page.format(limit=int(limit)), most_bytes)
    return await log.rows(sql, *parameters, prepare=None)
