"""Meetings by id and in lists, the latest appointment first."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from projections.paging import Fetch, Place


class Filter(NamedTuple):
    tenant: str
    contact_id: UUID | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    until_excluded: bool = False


async def one(fetch: Fetch, tenant: str, identity: UUID) -> tuple[str, int] | None:
    """A document and the position of the last event that changed it."""
    rows = await fetch(
        "SELECT document, position FROM meetings WHERE tenant = %s AND id = %s", (tenant, identity)
    )
    return rows[0] if rows else None


def _where(wanted: Filter) -> tuple[str, list[Any]]:
    conditions = ["tenant = %s"]
    parameters: list[Any] = [wanted.tenant]
    until = "scheduled_at < %s" if wanted.until_excluded else "scheduled_at <= %s"
    chosen = (
        ("contact_id = %s", wanted.contact_id),
        ("status = %s", wanted.status),
        ("scheduled_at >= %s", wanted.since),
        (until, wanted.until),
    )
    for condition, value in chosen:
        if value is not None:
            conditions.append(condition)
            parameters.append(value)
    return " AND ".join(conditions), parameters


async def count(fetch: Fetch, wanted: Filter) -> int:
    where, parameters = _where(wanted)
    ((total,),) = await fetch(f"SELECT count(*) FROM meetings WHERE {where}", parameters)
    return int(total)


async def page(
    fetch: Fetch, wanted: Filter, limit: int, *, offset: int = 0, before: Place | None = None
) -> tuple[list[str], Place | None]:
    where, parameters = _where(wanted)
    if before is not None:
        where += " AND (scheduled_at, id) < (%s, %s)"
        parameters += before
    sql = (
        f"SELECT document, scheduled_at, id FROM meetings WHERE {where} "
        "ORDER BY scheduled_at DESC, id DESC LIMIT %s OFFSET %s"
    )
    rows = await fetch(sql, [*parameters, limit + 1, offset])
    end = Place(rows[limit - 1][1], rows[limit - 1][2]) if len(rows) > limit else None
    return [document for document, _, _ in rows[:limit]], end
