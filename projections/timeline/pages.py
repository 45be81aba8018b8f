"""Pages of contacts' timelines: small ones many in one statement, large ones alone.

PostgreSQL joins the documents to one text: making models of rows and JSON of models costs twice as
much as passing JSON through.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json

from projections.paging import PAGE_BYTES, Fetch, PageEnd

SHARED_BYTES = 100_000
"""Bytes of the documents of a page that shares its statement."""


class TimelineRead(NamedTuple):
    """A page of a contact's timeline; `before` is the end of the page before."""

    tenant: str
    contact_id: UUID
    limit: int
    before: PageEnd | None = None
    open_tags: tuple[str, ...] = ()


class TimelinePage(NamedTuple):
    """`documents` are JSON objects, separated by commas; `end` is None on the last page. `cut` is
    True if entries were left out for their size."""

    documents: str
    end: PageEnd | None
    cut: bool


# Sizes are known without reading what they are of.
PAGES = """
SELECT q.i, c.id IS NOT NULL, p.documents, p.at, p.id, p.cut
FROM json_to_recordset(%s::json)
    AS q(i int, tenant text, contact_id uuid, lim int, at timestamptz, id uuid, open text[])
LEFT JOIN contacts c ON c.tenant = q.tenant AND c.id = q.contact_id AND NOT c.removed
LEFT JOIN LATERAL (
    SELECT string_agg(shown, ',' ORDER BY n) FILTER (WHERE {fits}) AS documents,
        CASE WHEN count(*) > count(*) FILTER (WHERE {fits})
            THEN min(at) FILTER (WHERE {last}) END AS at,
        CASE WHEN count(*) > count(*) FILTER (WHERE {fits})
            THEN (array_agg(e.id) FILTER (WHERE {last}))[1] END AS id,
        count(*) FILTER (WHERE {fits}) < least(count(*), q.lim) AS cut
    FROM (
        SELECT at, id, shown,
            row_number() OVER entries AS n, sum(octet_length(shown)) OVER entries AS bytes
        FROM (
            SELECT t.at, t.id,
                CASE WHEN NOT t.main THEN (
                    SELECT CASE WHEN m.restricted <@ q.open THEN m.document ELSE m.redacted END
                    FROM timeline m WHERE m.tenant = t.tenant AND m.number = t.number AND m.main)
                WHEN t.restricted <@ q.open THEN t.document ELSE t.redacted END AS shown
            FROM timeline t
            WHERE t.contact_id = q.contact_id AND t.tenant = q.tenant
                AND (t.at, t.id) < (q.at, q.id)
            ORDER BY t.at DESC, t.id DESC
            LIMIT q.lim + 1
        ) t
        WINDOW entries AS (ORDER BY at DESC, id DESC ROWS UNBOUNDED PRECEDING)
    ) e
) p ON c.id IS NOT NULL
ORDER BY q.i
"""
SHARED_PAGES = PAGES.format(fits=f"n <= q.lim AND bytes <= {SHARED_BYTES}", last="n = q.lim")
LARGE_FITS = f"n <= q.lim AND bytes - octet_length(shown) < {PAGE_BYTES}"
LARGE_PAGES = PAGES.format(
    fits=LARGE_FITS, last=f"{LARGE_FITS} AND (n = q.lim OR bytes >= {PAGE_BYTES})"
)

NEWEST = ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")


async def shared_pages(fetch: Fetch, reads: Sequence[TimelineRead]) -> list[TimelinePage | None]:
    """The pages, in the order of the reads; None for an unknown or removed contact. One that is
    larger than SHARED_BYTES is cut, and has to be read alone."""
    return await _pages(SHARED_PAGES, fetch, reads)


async def large_page(fetch: Fetch, read: TimelineRead) -> TimelinePage | None:
    """A page that ends with the entry that exceeds PAGE_BYTES, or before."""
    (page,) = await _pages(LARGE_PAGES, fetch, [read])
    return page


async def _pages(
    sql: str, fetch: Fetch, reads: Sequence[TimelineRead]
) -> list[TimelinePage | None]:
    rows = [
        {"i": i, "tenant": q.tenant, "contact_id": q.contact_id, "lim": q.limit}
        | dict(zip(("at", "id"), q.before or NEWEST, strict=True))
        | {"open": q.open_tags}
        for i, q in enumerate(reads)
    ]
    pages: list[TimelinePage | None] = []
    for _, exists, documents, at, identity, cut in await fetch(sql, (to_json(rows).decode(),)):
        end = None if at is None else PageEnd(at, identity)
        pages.append(TimelinePage(documents or "", end, bool(cut)) if exists else None)
    return pages
