"""Contacts by id, by number and in lists, each with when it was last contacted.

That is the newest entry of its timeline whose time has come, found when asked: so it is right after
deletes and corrections, and what was planned counts as soon as its time has come.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from projections.paging import Fetch, Place, pattern

LAST_CONTACTED = """
LEFT JOIN LATERAL (
    SELECT t.at FROM timeline t
    WHERE t.contact_id = c.id AND t.tenant = c.tenant AND t.at <= now()
    ORDER BY t.at DESC, t.id DESC LIMIT 1
) last ON true
"""

COLUMNS = (
    "c.id, c.number, c.name, c.email, c.phone, c.company, c.title, c.tags, c.owner_id, "
    "c.status, c.stage, c.created_at, c.updated_at, c.position, last.at"
)


class ContactRow(NamedTuple):
    """A contact as it is now; `position` is that of its own last event."""

    id: UUID
    number: int
    name: str
    email: str | None
    phone: str | None
    company: str | None
    title: str | None
    tags: list[str]
    owner_id: str
    status: str
    stage: str
    created_at: datetime
    updated_at: datetime
    position: int
    last_contacted: datetime | None


class Filter(NamedTuple):
    tenant: str
    search: str | None = None
    status: str | None = None
    stage: str | None = None
    tags: tuple[str, ...] = ()
    owner: str | None = None


async def one(fetch: Fetch, tenant: str, identity: UUID) -> ContactRow | None:
    """The contact, None if there is none or it was removed."""
    sql = (
        f"SELECT {COLUMNS} FROM contacts c {LAST_CONTACTED} "
        "WHERE c.tenant = %s AND c.id = %s AND NOT c.removed"
    )
    rows = await fetch(sql, (tenant, identity))
    return ContactRow(*rows[0]) if rows else None


async def id_of(fetch: Fetch, tenant: str, number: int) -> UUID | None:
    """The id of the contact with a number, removed or not."""
    rows = await fetch(
        "SELECT id FROM contacts WHERE tenant = %s AND number = %s", (tenant, number)
    )
    return rows[0][0] if rows else None


async def last_contacted(fetch: Fetch, tenant: str, identity: UUID) -> datetime | None:
    rows = await fetch(
        f"SELECT last.at FROM (SELECT %s AS tenant, %s::uuid AS id) c {LAST_CONTACTED}",
        (tenant, identity),
    )
    last: datetime | None = rows[0][0]
    return last


def _where(wanted: Filter) -> tuple[str, list[Any]]:
    conditions = ["c.tenant = %s", "NOT c.removed"]
    parameters: list[Any] = [wanted.tenant]
    chosen = (
        ("c.search LIKE %s", wanted.search and pattern(wanted.search)),
        ("c.status = %s", wanted.status),
        ("c.stage = %s", wanted.stage),
        ("c.tags @> %s::text[]", list(wanted.tags)),
        ("c.owner_id = %s", wanted.owner),
    )
    for condition, value in chosen:
        if value:
            conditions.append(condition)
            parameters.append(value)
    return " AND ".join(conditions), parameters


async def count(fetch: Fetch, wanted: Filter) -> int:
    where, parameters = _where(wanted)
    ((total,),) = await fetch(f"SELECT count(*) FROM contacts c WHERE {where}", parameters)
    return int(total)


async def page(
    fetch: Fetch, wanted: Filter, limit: int, *, offset: int = 0, before: Place | None = None
) -> tuple[list[ContactRow], Place | None]:
    """Newest contacts first; where the page ended if there is more."""
    where, parameters = _where(wanted)
    if before is not None:
        where += " AND (c.created_at, c.id) < (%s, %s)"
        parameters += before
    sql = (
        f"SELECT {COLUMNS} FROM contacts c {LAST_CONTACTED} WHERE {where} "
        "ORDER BY c.created_at DESC, c.id DESC LIMIT %s OFFSET %s"
    )
    rows = [ContactRow(*row) for row in await fetch(sql, [*parameters, limit + 1, offset])]
    end = Place(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None
    return rows[:limit], end
