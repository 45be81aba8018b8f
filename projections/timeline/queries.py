"""Lists of interactions by filter, newest first, and single ones by id or number."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from domain.kinds import Kind
from domain.mail_address import normal
from projections.paging import Fetch, NewestFirst, Page, PageEnd, Where, count_of, pattern

SHOWN = "CASE WHEN restricted <@ %s::text[] THEN document ELSE redacted END"
"""The document as a reader who opened these tags may see it."""

CONTENT = ("sentiment", "tags", "people", "search", "hidden", "restricted", "document", "redacted")
"""The columns that the main row has for all."""

ENTRIES = f"""(
    SELECT e.tenant, e.id, e.contact_id, e.main, e.number, e.at, e.kind, e.position, c.*
    FROM timeline e CROSS JOIN LATERAL (
        SELECT {", ".join(f"e.{name}" for name in CONTENT)} WHERE e.main
        UNION ALL
        SELECT {", ".join(f"m.{name}" for name in CONTENT)} FROM timeline m
        WHERE NOT e.main AND m.tenant = e.tenant AND m.number = e.number AND m.main
    ) c
) t"""
"""The timeline as if each row had the content. A contact's own interactions cost no second look."""

TIMELINE_LIST = NewestFirst({"shown": SHOWN}, "timeline", "at", "id", "octet_length(shown)")
ENTRY_LIST = NewestFirst({"shown": SHOWN}, ENTRIES, "at", "id", "octet_length(shown)")


class Filter(NamedTuple):
    """Bounds of time are inclusive; `until` may be exclusive.

    `open_tags` are the restricted tags that the reader may see. What other tags hide is neither
    shown nor found.
    """

    tenant: str
    open_tags: tuple[str, ...] = ()
    contact_id: UUID | None = None
    kinds: tuple[Kind, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    until_excluded: bool = False
    search: str | None = None
    tags: tuple[str, ...] = ()
    sentiment: str | None = None
    participant: str | None = None

    @property
    def by_content(self) -> bool:
        return bool(self.search or self.tags or self.sentiment or self.participant)


def _where(wanted: Filter) -> Where:
    where = Where("tenant = %s", wanted.tenant)
    opened = list(wanted.open_tags)
    if wanted.contact_id is None:
        where.add("main")
    else:
        where.add("contact_id = %s", wanted.contact_id)
    where.add_given("kind = ANY(%s::text[])", list(wanted.kinds))
    where.add_period("at", wanted.since, wanted.until, wanted.until_excluded)
    if wanted.search:
        term = pattern(wanted.search)
        hidden = "restricted <> '{}' AND restricted <@ %s::text[] AND hidden LIKE %s"
        if opened:
            where.add(f"(search LIKE %s OR {hidden})", term, opened, term)
        else:
            where.add("search LIKE %s", term)
    if wanted.tags:
        tags = "CASE WHEN restricted <@ %s::text[] THEN tags || restricted ELSE tags END"
        where.add(f"{tags} @> %s::text[]", opened, list(wanted.tags))
    if wanted.sentiment is not None:
        where.add("sentiment = %s AND restricted <@ %s::text[]", wanted.sentiment, opened)
    if wanted.participant:
        someone = "someone LIKE %s OR someone = %s"
        term, address = pattern(wanted.participant), normal(wanted.participant)
        where.add(f"EXISTS (SELECT FROM unnest(people) someone WHERE {someone})", term, address)
    return where


async def count(fetch: Fetch, wanted: Filter) -> int:
    rows = ENTRIES if wanted.contact_id and wanted.by_content else "timeline"
    return await count_of(fetch, rows, _where(wanted))


async def page(
    fetch: Fetch, wanted: Filter, limit: int, *, offset: int = 0, before: PageEnd | None = None
) -> Page[str]:
    """A page of documents, by offset or after the end of the page before."""
    opened = list(wanted.open_tags)
    listed = ENTRY_LIST if wanted.contact_id else TIMELINE_LIST
    found = await listed.page(fetch, _where(wanted), limit, offset, before, opened)
    return found.map(itemgetter(0))


async def rest(fetch: Fetch, wanted: Filter, ids: Sequence[UUID]) -> Page[str]:
    """The documents of the rest of a page."""
    where, opened = _where(Filter(wanted.tenant)), list(wanted.open_tags)
    return (await TIMELINE_LIST.of(fetch, where, ids, opened)).map(itemgetter(0))


async def one(
    fetch: Fetch,
    tenant: str,
    identity: UUID,
    open_tags: Sequence[str],
    contact_id: UUID | None = None,
) -> tuple[str, int] | None:
    """The document and the position of its last event. None if there is no such interaction, or if
    it isn't an entry of this contact's timeline."""
    where = _where(Filter(tenant, contact_id=contact_id))
    where.add("id = %s", identity)
    rows_of = ENTRIES if contact_id else "timeline"
    sql = f"SELECT {SHOWN}, position FROM {rows_of} WHERE {where.sql}"
    rows = await fetch(sql, [list(open_tags), *where.parameters])
    return rows[0] if rows else None


async def id_of(fetch: Fetch, tenant: str, number: int) -> UUID | None:
    """The id of the interaction with a number, None if there is none."""
    rows = await fetch(
        "SELECT id FROM timeline WHERE tenant = %s AND number = %s AND main", (tenant, number)
    )
    return rows[0][0] if rows else None
