"""Meetings by id and in lists, the latest appointment first.

A meeting is redacted by the restricted tags of its interaction, also after that was deleted.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch, NewestFirst, Page, PageEnd, Where, count_of

RESTRICTED = """
LEFT JOIN timeline t ON t.id = m.interaction_id AND t.tenant = m.tenant AND t.main
LEFT JOIN former_entries f
    ON f.tenant = m.tenant AND f.contact_id = m.contact_id AND f.id = m.interaction_id
"""

HIDDEN = "NOT coalesce(t.restricted, f.restricted, '{}') <@ %s::text[]"
SHOWN = f"CASE WHEN {HIDDEN} THEN m.redacted ELSE m.document END"
MEETING_LIST = NewestFirst(
    {"shown": SHOWN},
    f"meetings m {RESTRICTED}",
    "m.scheduled_at",
    "m.id",
    "octet_length(shown)",
)


class Filter(NamedTuple):
    """`open_tags` are the restricted tags that the reader may see."""

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
    """The document and the position of its last event, None if there is no such meeting."""
    rows = await fetch(
        f"SELECT {SHOWN}, m.position FROM meetings m {RESTRICTED} "
        "WHERE m.tenant = %s AND m.id = %s",
        (list(open_tags), tenant, identity),
    )
    return rows[0] if rows else None


async def is_hidden(fetch: Fetch, tenant: str, identity: UUID, open_tags: Sequence[str]) -> bool:
    """True if the meeting is redacted for a reader who opened these tags."""
    rows = await fetch(
        f"SELECT {HIDDEN} FROM meetings m {RESTRICTED} WHERE m.tenant = %s AND m.id = %s",
        (list(open_tags), tenant, identity),
    )
    return bool(rows and rows[0][0])


def _where(wanted: Filter) -> Where:
    where = Where("m.tenant = %s", wanted.tenant)
    where.add_given("m.contact_id = %s", wanted.contact_id)
    where.add_given("m.status = %s", wanted.status)
    where.add_period("m.scheduled_at", wanted.since, wanted.until, wanted.until_excluded)
    return where


async def count(fetch: Fetch, wanted: Filter) -> int:
    return await count_of(fetch, "meetings m", _where(wanted))


async def page(
    fetch: Fetch, wanted: Filter, limit: int, *, offset: int = 0, before: PageEnd | None = None
) -> Page[str]:
    """A page of documents, by offset or after the end of the page before."""
    opened = list(wanted.open_tags)
    found = await MEETING_LIST.page(fetch, _where(wanted), limit, offset, before, opened)
    return found.map(itemgetter(0))


async def rest(fetch: Fetch, wanted: Filter, ids: Sequence[UUID]) -> Page[str]:
    """The documents of the rest of a page."""
    where, opened = _where(Filter(wanted.tenant)), list(wanted.open_tags)
    return (await MEETING_LIST.of(fetch, where, ids, opened)).map(itemgetter(0))
