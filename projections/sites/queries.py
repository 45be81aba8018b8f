"""The list of a site: searched, filtered, sorted, a page at a time, with the total.

A list without search terms comes from `site_list`. A search comes from the trigram index of
`site_search`, but for the interactions that changed after its checkpoint: those are found in the
log, and looked up in `site_list`. Both queries have to see one snapshot.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from projections.case_folding import fold
from projections.paging import Fetch, Page, Where, fitting, pattern
from projections.read_model import ReadModel
from projections.sites.fields import InteractionFields
from projections.sites.model import JOINT, SITE_LIST, SITE_SEARCH, TEXTS, joined
from projections.timeline.queries import SHOWN

MOST_UNSEEN = 20_000
"""Interactions changed after the index's checkpoint; for more, a scan of `site_list` is faster."""

LONGEST_SORTED = 200
"""Characters; the rest of a text doesn't count in sorting."""


def _text(name: str) -> str:
    return f"split_part(texts, E'\\x1f', {TEXTS.index(name) + 1})"


def _sorted_text(name: str) -> str:
    return f"nullif(left({_text(name)}, {LONGEST_SORTED}), '')"


SORTS = {
    **{field.name: field.name for field in fields(InteractionFields)},
    **{name: _sorted_text(name) for name in TEXTS},
    "type": "type",
    "id": "number",
    "site_id": "number",
    "start_datetime": "at",
    "end_datetime": "ends_at",
}
"""The expression that each documented field is sorted by, in their order. A list is of one site."""


class SiteFilter(NamedTuple):
    """Bounds of time are inclusive; `until` may be exclusive. `open_tags` are the restricted tags
    that the reader may see. What other tags hide is neither found nor sorted by."""

    tenant: str
    open_tags: tuple[str, ...] = ()
    search: str | None = None
    title: str | None = None
    lead: str | None = None
    location: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    until_excluded: bool = False
    sort_by: str = "start_datetime"
    descending: bool = True

    @property
    def by_text(self) -> bool:
        return bool(self.search or self.title or self.lead or self.location)

    @property
    def by_index(self) -> bool:
        """True if an index finds the page: no search term, sorted by the start."""
        return not self.by_text and self.sort_by == "start_datetime"


class SitePage(NamedTuple):
    """`page` has the documents of the interactions, as the reader may see them."""

    page: Page[str]
    total: int


class _Sql(NamedTuple):
    text: str
    parameters: list[Any]


async def page(fetch: Fetch, wanted: SiteFilter, limit: int, offset: int) -> SitePage:
    """A page and the total. Every query of `fetch` has to see one snapshot."""
    unseen = await _unseen(fetch, wanted.tenant) if wanted.by_text else []
    hits = _hits(wanted, unseen)
    total = _total(wanted, hits)
    # A search runs once and counts its hits on the way; without one, a count by index is faster.
    shown_total = "count(*) OVER ()" if wanted.by_text else f"({total.text})"
    direction = "DESC" if wanted.descending else "ASC"
    order = f"k {direction}{_nulls_last(wanted)}, number {direction}"
    found = (
        f"SELECT total, id, k, page.number, {SHOWN} AS shown FROM ("
        f"SELECT id, number, k, {shown_total} AS total FROM ({hits.text}) page "
        f"ORDER BY {order} LIMIT %s OFFSET %s) page "
        "JOIN timeline t USING (id) WHERE t.tenant = %s AND t.main"
    )
    sql = fitting(found, order, "total, id", ["shown"], "octet_length(shown)")
    first = [] if wanted.by_text else total.parameters
    last = [limit, offset, wanted.tenant]
    rows = await fetch(sql, [list(wanted.open_tags), *first, *hits.parameters, *last])
    if rows:
        total_records = rows[0][0]
        return SitePage(_page([row[1:] for row in rows]), total_records)
    if not offset:
        return SitePage(_page([]), 0)
    ((beyond,),) = await fetch(*total)
    return SitePage(_page([]), beyond)


async def rest(fetch: Fetch, wanted: SiteFilter, ids: Sequence[UUID]) -> Page[str]:
    """The rest of a page. Interactions that were deleted since are left out."""
    found = (
        f"SELECT id, n, {SHOWN} AS shown FROM unnest(%s::uuid[]) WITH ORDINALITY AS asked (id, n) "
        "JOIN timeline t USING (id) WHERE t.tenant = %s AND t.main"
    )
    sql = fitting(found, "n", "id", ["shown"], "octet_length(shown)")
    rows = await fetch(sql, [list(wanted.open_tags), list(ids), wanted.tenant])
    return _page(rows)


def _page(rows: Sequence[tuple[Any, ...]]) -> Page[str]:
    documents = [shown for _, fits, shown in rows if fits]
    return Page(documents, None, [row[0] for row in rows[len(documents) :]], more=False)


def _hits(wanted: SiteFilter, unseen: Sequence[UUID] | None) -> _Sql:
    """The query of all hits, with the value `k` that they are sorted by."""
    if not wanted.by_text or unseen is None:
        return _select(SITE_LIST, wanted)
    indexed = _select(SITE_SEARCH, wanted)
    if not unseen:
        return indexed
    rest = _select(SITE_LIST, wanted)
    return _Sql(
        f"{indexed.text} AND id <> ALL(%s::uuid[]) UNION ALL {rest.text} AND id = ANY(%s::uuid[])",
        [*indexed.parameters, list(unseen), *rest.parameters, list(unseen)],
    )


def _total(wanted: SiteFilter, hits: _Sql) -> _Sql:
    if wanted.by_text:
        return _Sql(f"SELECT count(*) FROM ({hits.text}) hits", hits.parameters)
    # Without a search term, hidden content makes no difference to the total.
    where = _where(SITE_LIST, wanted)
    where.add("NOT redacted")
    return _Sql(f"SELECT count(*) FROM site_list WHERE {where.sql}", where.parameters)


def _select(model: ReadModel, wanted: SiteFilter) -> _Sql:
    where = _where(model, wanted)
    if wanted.by_index:
        where.add("NOT redacted")
    else:
        where.add("redacted = NOT (restricted <@ %s::text[])", list(wanted.open_tags))
    found = f"{model.name} WHERE {where.sql}"
    if model is SITE_SEARCH:
        columns = ", ".join(column for column in model.columns if column != "texts")
        apart = f"replace(texts, '{JOINT}', ' ') AS texts"
        found = f"(SELECT {columns}, {apart} FROM {found}) found WHERE true"
    return _Sql(f"SELECT id, number, {SORTS[wanted.sort_by]} AS k FROM {found}", where.parameters)


def _where(model: ReadModel, wanted: SiteFilter) -> Where:
    where = Where("tenant = %s", wanted.tenant)
    where.add_period("at", wanted.since, wanted.until, wanted.until_excluded)
    where.add_given("type = %s", wanted.type)

    def like(term: str) -> str:
        return joined(pattern(term, fold)) if model is SITE_SEARCH else pattern(term, fold)

    if wanted.search:
        where.add("texts LIKE %s", like(wanted.search))
    for name in ("title", "lead", "location"):
        if term := getattr(wanted, name):
            # The index covers all texts together; the row shows which of them matches.
            where.add(f"texts LIKE %s AND {_text(name)} LIKE %s", like(term), like(term))
    return where


def _nulls_last(wanted: SiteFilter) -> str:
    """Rows without a value come last in both directions. Left out for a column that is NOT NULL,
    because its index wouldn't match."""
    column = SITE_LIST.columns.get(SORTS[wanted.sort_by], "")
    return "" if column.endswith("NOT NULL") else " NULLS LAST"


UNSEEN = f"""
SELECT DISTINCT split_part(originator_id, '/', 3)::uuid FROM stored_events
WHERE split_part(originator_id, '/', 1) = %s AND split_part(originator_id, '/', 2) = 'interaction'
    AND notification_id >
        coalesce((SELECT position FROM checkpoints
            WHERE follower = 'projector' AND name = '{SITE_SEARCH.name}'), 0)
LIMIT {MOST_UNSEEN + 1}
"""


async def _unseen(fetch: Fetch, tenant: str) -> list[UUID] | None:
    """The interactions changed after the checkpoint of `site_search`, None if they are too many."""
    rows = await fetch(UNSEEN, (tenant,))
    return [identity for (identity,) in rows] if len(rows) <= MOST_UNSEEN else None
