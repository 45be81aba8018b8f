"""The lists of this contract: their pages, cursors and bounds of time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from pydantic_core import to_json
from starlette.responses import Response

from api.http import pieces
from api.http.answers import Content
from api.http.call import Call
from api.http.models import Instant, upper_bound
from api.http.paging import links, page_end
from api.http.problem import invalid
from api.http.records import NOBODY, as_number, as_uuid
from projections.contacts import queries as contact_list
from projections.paging import Fetch, Page, PageEnd, scope, to_cursor

AT_ONCE = 50
"""Documents of a whole list that are made before others have their turn; about a millisecond."""

D = TypeVar("D")
W = TypeVar("W")


async def of_contact(call: Call, reference: str | None) -> UUID | None:
    """The contact of the filter `contactId`, None for any, NOBODY for an unknown number. Raises
    a 422 for a text that is neither a UUID nor a number."""
    if reference is None:
        return None
    if (identity := as_uuid(reference)) is not None:
        return identity
    if (number := as_number(reference)) is None:
        detail = "A contact is named by its UUID or its number."
        raise invalid(("query", "contactId"), "invalid_id", detail)
    return await contact_list.id_of(call.fetch, call.tenant, number) or NOBODY


def by_cursor(call: Call, documents: str, end: PageEnd | None, bound_to: str) -> Content:
    """`{items, next}`, with a link to the next page."""
    return before_cursor(call, documents, to_cursor(end, bound_to) if end else None)


def before_cursor(call: Call, documents: str, following: str | None) -> Content:
    """`{items, next}`, with a link to the page of this cursor."""
    body = f'{{"items":[{documents}],"next":{to_json(following).decode()}}}'
    return Content(body, links(call, next={"cursor": following} if following else None))


class Paged(Protocol):
    """A query for a page by number, or by a cursor, which is empty for the first page."""

    page: int
    page_size: int
    cursor: str | None


@dataclass(frozen=True)
class Queries(Generic[W, D]):
    """The queries of a list by a filter: the number of records, a page of them, and the rest of a
    page by its ids."""

    count: Callable[[Fetch, W], Awaitable[int]]
    page: Callable[..., Awaitable[Page[D]]]
    rest: Callable[[Fetch, W, Sequence[UUID]], Awaitable[Page[D]]]


async def find(
    call: Call,
    query: Paged,
    wanted: W,
    name: str,
    queries: Queries[W, D],
    shown: Callable[[D], str] = str,
    *,
    by_text: bool = False,
) -> Content | Response:
    """The page of a list that a query asks for; `name` is the list's in cursors. A filter `by_text`
    may have to read every record: it takes turns."""
    bound_to, size = scope(name, wanted), query.page_size
    before = page_end(query.cursor, bound_to) if query.cursor is not None else None
    async with AsyncExitStack() as opened:
        fetch = call.fetch
        if by_text:
            turn = call.services.bounded_queries.open(call.tenant)
            fetch = await opened.enter_async_context(turn)
        if query.cursor is None:
            total = await queries.count(fetch, wanted)
            found = await queries.page(fetch, wanted, size, offset=(query.page - 1) * size)
        else:
            found = await queries.page(fetch, wanted, size, before=before)

    async def json(records: Sequence[D]) -> str:
        return ",".join(map(shown, records))

    if query.cursor is not None:
        return by_cursor(call, await json(found.records), found.end, bound_to)
    pages = -(-total // size)
    following = {"page": query.page + 1, "pageSize": size} if query.page < pages else None
    return await pieces.array(
        call,
        found,
        json,
        lambda ids: queries.rest(call.fetch, wanted, ids),
        begin='{"items":[',
        end=(
            f'],"page":{query.page},"pageSize":{size},"totalCount":{total},"totalPages":{pages}}}'
        ),
        headers=links(call, next=following),
    )


async def complete(documents: Iterable[str]) -> Content:
    """`{items}` of a list that has no pages. Documents that are made as they are taken are made in
    portions, between which other requests are answered."""
    made: list[str] = []
    for document in documents:
        made.append(document)
        if len(made) % AT_ONCE == 0:
            await asyncio.sleep(0)
    return Content(f'{{"items":[{",".join(made)}]}}')


def period(
    start: Instant | None, end: Instant | None
) -> tuple[datetime | None, datetime | None, bool]:
    """Both bounds, and True if the upper one is exclusive. Raises a 422 if no instant lies
    between them."""
    since, (until, excluded) = start and start.at, upper_bound(end)
    if since and until and (since > until or (excluded and since == until)):
        raise invalid(("query", "endDate"), "ends_before_start", "endDate is before startDate.")
    return since, until, excluded


def before(until: datetime | None, excluded: bool) -> datetime | None:
    """An upper bound as an exclusive one."""
    if until is None or excluded:
        return until
    try:
        return until + timedelta(microseconds=1)
    except OverflowError:
        return until
