"""Meetings by id and in lists, the latest appointment first.

What the restricted tags of a meeting's interaction hide, deleted or not, the meeting doesn't tell.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from projections.paging import Fetch, Place

RESTRICTED = """
LEFT JOIN timeline t ON t.id = m.interaction_id AND t.tenant = m.tenant AND t.main
LEFT JOIN former_entries f
    ON f.tenant = m.tenant AND f.contact_id = m.contact_id AND f.id = m.interaction_id
"""

HIDDEN = "NOT coalesce(t.restricted, f.restricted, '{}') <@ %s::text[]"
SHOWN = f"CASE WHEN {HIDDEN} THEN m.redacted ELSE m.document END"


class Filter(NamedTuple):
    """`open_tags` are the restricted tags the reader may see."""

    tenant: str
    contact_id: UUID | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    until_excluded: bool = False
    open_tags: tuple[str, ...] = ()


async def one(
    fetch: Fetch, tenant: str, identity: UUID, open_tags: Sequence[str] = ()
) -> tuple[str, int] | None:
    """A document and the position of the last event that changed it."""
    rows = await fetch(
        f"SELECT {SHOWN}, m.position FROM meetings m {RESTRICTED} "
        "WHERE m.tenant = %s AND m.id = %s",
        (list(open_tags), tenant, identity),
    )
    return rows[0] if rows else None


async def is_hidden(fetch: Fetch, tenant: str, identity: UUID, open_tags: Sequence[str]) -> bool:
    """Whether a reader who opened these tags sees it redacted."""
    rows = await fetch(
        f"SELECT {HIDDEN} FROM meetings m {RESTRICTED} WHERE m.tenant = %s AND m.id = %s",
        (list(open_tags), tenant, identity),
    )
    return bool(rows and rows[0][0])


def _where(wanted: Filter) -> tuple[str, list[Any]]:
    conditions = ["m.tenant = %s"]
    parameters: list[Any] = [wanted.tenant]
    until = "m.scheduled_at < %s" if wanted.until_excluded else "m.scheduled_at <= %s"
    chosen = (
        ("m.contact_id = %s", wanted.contact_id),
        ("m.status = %s", wanted.status),
        ("m.scheduled_at >= %s", wanted.since),
        (until, wanted.until),
    )
    for condition, value in chosen:
        if value is not None:
            conditions.append(condition)
            parameters.append(value)
    return " AND ".join(conditions), parameters


async def count(fetch: Fetch, wanted: Filter) -> int:
    where, parameters = _where(wanted)
    ((total,),) = await fetch(f"SELECT count(*) FROM meetings m WHERE {where}", parameters)
    return int(total)


async def page(
    fetch: Fetch, wanted: Filter, limit: int, *, offset: int = 0, before: Place | None = None
) -> tuple[list[str], Place | None]:
    where, parameters = _where(wanted)
    if before is not None:
        where += " AND (m.scheduled_at, m.id) < (%s, %s)"
        parameters += before
    sql = (
        f"SELECT {SHOWN}, m.scheduled_at, m.id FROM meetings m {RESTRICTED} WHERE {where} "
        "ORDER BY m.scheduled_at DESC, m.id DESC LIMIT %s OFFSET %s"
    )
    rows = await fetch(sql, [list(wanted.open_tags), *parameters, limit + 1, offset])
    end = Place(rows[limit - 1][1], rows[limit - 1][2]) if len(rows) > limit else None
    return [document for document, _, _ in rows[:limit]], end
