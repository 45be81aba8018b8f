"""Lists of interactions by filter, newest first, and single ones by id or number."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.kinds import Kind
from projections.paging import Fetch, Place, pattern

SHOWN = "CASE WHEN restricted <@ %s::text[] THEN document ELSE redacted END"


class Filter(NamedTuple):
    """What the list is restricted to; bounds of time are inclusive, `until` may be exclusive.

    `open_tags` are the restricted tags the reader may see: what they hide is neither shown nor
    found otherwise.
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


class Found(NamedTuple):
    documents: list[str]
    end: Place | None


def _where(wanted: Filter) -> tuple[str, list[Any]]:
    conditions = ["tenant = %s"]
    parameters: list[Any] = [wanted.tenant]

    def add(condition: str, *values: object) -> None:
        conditions.append(condition)
        parameters.extend(values)

    if wanted.contact_id is not None:
        add("contact_id = %s", wanted.contact_id)
    else:
        add("main")
    if wanted.kinds:
        add("kind = ANY(%s::text[])", list(wanted.kinds))
    if wanted.since is not None:
        add("at >= %s", wanted.since)
    if wanted.until is not None:
        add("at < %s" if wanted.until_excluded else "at <= %s", wanted.until)
    if wanted.search:
        _add_search(add, wanted)
    if wanted.tags:
        opened = "CASE WHEN restricted <@ %s::text[] THEN tags || restricted ELSE tags END"
        add(f"{opened} @> %s::text[]", list(wanted.open_tags), list(wanted.tags))
    if wanted.sentiment is not None:
        opened = "restricted <@ %s::text[]"
        add(f"sentiment = %s AND {opened}", wanted.sentiment, list(wanted.open_tags))
    if wanted.participant:
        add(
            "EXISTS (SELECT FROM unnest(people) someone WHERE someone LIKE %s)",
            pattern(wanted.participant),
        )
    return " AND ".join(conditions), parameters


def _add_search(add: Callable[..., None], wanted: Filter) -> None:
    term = pattern(wanted.search or "")
    if wanted.open_tags:
        hidden = "restricted <> '{}' AND restricted <@ %s::text[] AND hidden LIKE %s"
        add(f"(search LIKE %s OR {hidden})", term, list(wanted.open_tags), term)
    else:
        add("search LIKE %s", term)


async def count(fetch: Fetch, wanted: Filter) -> int:
    where, parameters = _where(wanted)
    ((total,),) = await fetch(f"SELECT count(*) FROM timeline WHERE {where}", parameters)
    return int(total)


async def page(
    fetch: Fetch,
    wanted: Filter,
    limit: int,
    *,
    offset: int = 0,
    before: Place | None = None,
) -> Found:
    """A page by offset or after the place where the page before ended."""
    where, parameters = _where(wanted)
    if before is not None:
        where += " AND (at, id) < (%s, %s)"
        parameters += before
    sql = (
        f"SELECT {SHOWN}, at, id FROM timeline WHERE {where} "
        "ORDER BY at DESC, id DESC LIMIT %s OFFSET %s"
    )
    opened = list(wanted.open_tags)
    rows = await fetch(sql, [opened, *parameters, limit + 1, offset])
    end = Place(rows[limit - 1][1], rows[limit - 1][2]) if len(rows) > limit else None
    return Found([document for document, _, _ in rows[:limit]], end)


async def one(
    fetch: Fetch, tenant: str, identity: UUID, open_tags: Sequence[str]
) -> tuple[str, int] | None:
    """A document and the position of the last event that changed it."""
    rows = await fetch(
        f"SELECT {SHOWN}, position FROM timeline WHERE id = %s AND tenant = %s AND main",
        (list(open_tags), identity, tenant),
    )
    return rows[0] if rows else None


async def id_of(fetch: Fetch, tenant: str, number: int) -> UUID | None:
    """The id of the interaction with a number."""
    rows = await fetch(
        "SELECT id FROM timeline WHERE tenant = %s AND number = %s AND main", (tenant, number)
    )
    return rows[0][0] if rows else None
