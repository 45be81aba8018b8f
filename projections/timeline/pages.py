"""Pages of contacts' timelines, many in one statement.

PostgreSQL joins the documents to one text: making models of rows and JSON of models costs twice as
much as passing JSON through.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json

from projections.paging import Fetch, PageEnd

MOST = 200
"""Entries of a page."""


class TimelineRead(NamedTuple):
    """A page of a contact's timeline; `before` is the end of the page before."""

    tenant: str
    contact_id: UUID
    limit: int
    before: PageEnd | None = None
    open_tags: tuple[str, ...] = ()


class TimelinePage(NamedTuple):
    """`documents` are JSON objects, separated by commas; `end` is None on the last page."""

    documents: str
    end: PageEnd | None


PAGES = """
SELECT q.i, c.id IS NOT NULL, p.documents, p.at, p.id
FROM json_to_recordset(%s::json)
    AS q(i int, tenant text, contact_id uuid, lim int, at timestamptz, id uuid, open text[])
LEFT JOIN contacts c ON c.tenant = q.tenant AND c.id = q.contact_id AND NOT c.removed
LEFT JOIN LATERAL (
    SELECT string_agg(shown, ',' ORDER BY n) FILTER (WHERE n <= q.lim) AS documents,
        CASE WHEN count(*) > q.lim THEN min(at) FILTER (WHERE n = q.lim) END AS at,
        CASE WHEN count(*) > q.lim THEN (array_agg(e.id) FILTER (WHERE n = q.lim))[1] END AS id
    FROM (
        SELECT t.at, t.id, row_number() OVER (ORDER BY t.at DESC, t.id DESC) AS n,
            CASE WHEN NOT t.main THEN (
                SELECT CASE WHEN m.restricted <@ q.open THEN m.document ELSE m.redacted END
                FROM timeline m WHERE m.tenant = t.tenant AND m.number = t.number AND m.main)
            WHEN t.restricted <@ q.open THEN t.document ELSE t.redacted END AS shown
        FROM timeline t
        WHERE t.contact_id = q.contact_id AND t.tenant = q.tenant
            AND (t.at, t.id) < (q.at, q.id)
        ORDER BY t.at DESC, t.id DESC
        LIMIT q.lim + 1
    ) e
) p ON c.id IS NOT NULL
ORDER BY q.i
"""

NEWEST = ("infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff")


async def fetch_pages(fetch: Fetch, reads: Sequence[TimelineRead]) -> list[TimelinePage | None]:
    """The pages, in the order of the reads; None for an unknown or removed contact."""
    rows = [
        {"i": i, "tenant": q.tenant, "contact_id": q.contact_id, "lim": q.limit}
        | dict(zip(("at", "id"), q.before or NEWEST, strict=True))
        | {"open": q.open_tags}
        for i, q in enumerate(reads)
    ]
    pages: list[TimelinePage | None] = []
    for _, exists, documents, at, identity in await fetch(PAGES, (to_json(rows).decode(),)):
        end = None if at is None else PageEnd(at, identity)
        pages.append(TimelinePage(documents or "", end) if exists else None)
    return pages
