"""What the lists of this contract have in common: pages, cursors, and links to the next page."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic_core import to_json
from starlette.responses import Response

from api.http.answers import json_response
from api.http.call import Call
from api.http.instants import Instant
from api.http.problem import invalid
from api.http.records import NOBODY, as_number, as_uuid
from projections.contacts import queries as contact_list
from projections.paging import InvalidCursor, Place, from_cursor, to_cursor


def place(cursor: str | None, bound_to: str) -> Place | None:
    """Where to go on; an empty cursor is the beginning. Raises a 422."""
    if not cursor:
        return None
    try:
        return from_cursor(cursor, bound_to)
    except InvalidCursor as error:
        raise invalid(("query", "cursor"), "cursor_invalid", str(error)) from None


async def of_contact(call: Call, reference: str | None) -> UUID | None:
    """The contact that the filter `contactId` names, None for any. One that isn't there has
    nothing to be found; raises a 422 for what can't be the name of one."""
    if reference is None:
        return None
    if (identity := as_uuid(reference)) is not None:
        return identity
    if (number := as_number(reference)) is None:
        detail = "A contact is named by its UUID or its number."
        raise invalid(("query", "contactId"), "invalid_id", detail)
    return await contact_list.id_of(call.services.fetch, call.tenant, number) or NOBODY


def by_cursor(call: Call, documents: str, end: Place | None, bound_to: str) -> Response:
    """`{items, next}`, with a link to the next page."""
    following = to_cursor(end, bound_to) if end else None
    body = f'{{"items":[{documents}],"next":{to_json(following).decode()}}}'
    return json_response(
        body, headers=next_link(call, {"cursor": following} if following else None)
    )


def by_page(call: Call, documents: Iterable[str], page: int, size: int, total: int) -> Response:
    """`{items, page, pageSize, totalCount, totalPages}`, with a link to the next page."""
    pages = -(-total // size)
    body = (
        f'{{"items":[{",".join(documents)}],"page":{page},"pageSize":{size},'
        f'"totalCount":{total},"totalPages":{pages}}}'
    )
    following = {"page": page + 1, "pageSize": size} if page < pages else None
    return json_response(body, headers=next_link(call, following))


def next_link(call: Call, changed: dict[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """The header that names the next page: the same query, but for what is changed."""
    if changed is None:
        return ()
    kept = [(name, value) for name, value in call.query_params.multi_items() if name not in changed]
    query = urlencode([*kept, *changed.items()])
    return (("Link", f'<{call.url.path}?{query}>; rel="next"'),)


def in_order(start: Instant | None, end: Instant | None) -> None:
    """Raises a 422 for bounds that nothing can lie between."""
    at, excluded = until(end)
    if start and at and (start.at > at or (excluded and start.at == at)):
        raise invalid(("query", "endDate"), "ends_before_start", "endDate is before startDate.")


def until(bound: Instant | None) -> tuple[datetime | None, bool]:
    """An upper bound as an instant, and whether it is exclusive: a date includes its whole day."""
    if bound is None:
        return None, False
    if not bound.date_only:
        return bound.at, False
    try:
        return bound.at + timedelta(days=1), True
    except OverflowError:
        return bound.at, False


def before(bound: Instant | None) -> datetime | None:
    """An inclusive upper bound as an exclusive one."""
    at, excluded = until(bound)
    if at is None or excluded:
        return at
    try:
        return at + timedelta(microseconds=1)
    except OverflowError:
        return at
