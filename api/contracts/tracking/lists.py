"""The lists of this contract: their pages, cursors and bounds of time."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from pydantic_core import to_json

from api.http.answers import Content
from api.http.call import Call
from api.http.models import Instant, upper_bound
from api.http.paging import links, page_end
from api.http.problem import invalid
from api.http.records import NOBODY, as_number, as_uuid
from projections.contacts import queries as contact_list
from projections.paging import Fetch, PageEnd, scope, to_cursor

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
    following = to_cursor(end, bound_to) if end else None
    body = f'{{"items":[{documents}],"next":{to_json(following).decode()}}}'
    return Content(body, links(call, next={"cursor": following} if following else None))


def by_page(call: Call, documents: Iterable[str], page: int, size: int, total: int) -> Content:
    """`{items, page, pageSize, totalCount, totalPages}`, with a link to the next page."""
    pages = -(-total // size)
    body = (
        f'{{"items":[{",".join(documents)}],"page":{page},"pageSize":{size},'
        f'"totalCount":{total},"totalPages":{pages}}}'
    )
    following = {"page": page + 1, "pageSize": size} if page < pages else None
    return Content(body, links(call, next=following))


class Paged(Protocol):
    """A query for a page by number, or by a cursor, which is empty for the first page."""

    page: int
    page_size: int
    cursor: str | None


async def find(
    call: Call,
    query: Paged,
    wanted: W,
    name: str,
    count: Callable[[Fetch, W], Awaitable[int]],
    page: Callable[..., Awaitable[tuple[list[D], PageEnd | None]]],
    shown: Callable[[D], str] = str,
    *,
    by_text: bool = False,
) -> Content:
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
            total = await count(fetch, wanted)
            found, _ = await page(fetch, wanted, size, offset=(query.page - 1) * size)
            return by_page(call, map(shown, found), query.page, size, total)
        found, end = await page(fetch, wanted, size, before=before)
    return by_cursor(call, ",".join(map(shown, found)), end, bound_to)


def complete(documents: Iterable[str]) -> Content:
    """`{items}` of a list that has no pages."""
    return Content(f'{{"items":[{",".join(documents)}]}}')


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
