"""Pages of lists: cursors, and links to the pages beside this one."""

from typing import Any
from urllib.parse import urlencode

from api.http.answers import Header
from api.http.call import Call
from api.http.problem import Refused, invalid
from projections.paging import InvalidCursor, PageEnd, from_cursor


def page_end(cursor: str | None, bound_to: str) -> PageEnd | None:
    """The end of the page before, None for the first page. Raises a 422."""
    if not cursor:
        return None
    try:
        return from_cursor(cursor, bound_to)
    except InvalidCursor as error:
        raise cursor_invalid(error) from None


def cursor_invalid(error: InvalidCursor) -> Refused:
    """A 422."""
    return invalid(("query", "cursor"), "cursor_invalid", str(error))


def links(call: Call, **pages: dict[str, Any] | None) -> tuple[Header, ...]:
    """The `Link` header to other pages, by relation: the request's query with these changes. None
    stands for a page that isn't there."""
    named = [
        f'<{call.url.path}?{_query(call, changes)}>; rel="{relation}"'
        for relation, changes in pages.items()
        if changes is not None
    ]
    return (("Link", ", ".join(named)),) if named else ()


def _query(call: Call, changes: dict[str, Any]) -> str:
    kept = [(name, value) for name, value in call.query_params.multi_items() if name not in changes]
    return urlencode([*kept, *changes.items()])
