"""Pages of this contract's lists: the documented body, and a Link header to the next page."""

from urllib.parse import urlencode

from api.http.call import Call
from api.http.problem import invalid
from projections.paging import InvalidCursor, Place, from_cursor, to_cursor

Headers = tuple[tuple[str, str], ...]


def place(cursor: str | None, bound_to: str) -> Place | None:
    """Where to go on. Raises a 400."""
    if not cursor:
        return None
    try:
        return from_cursor(cursor, bound_to)
    except InvalidCursor as error:
        raise invalid(("query", "cursor"), "cursor_invalid", str(error)) from None


def link_to_next(call: Call, end: Place | None, bound_to: str) -> Headers:
    return link(call, to_cursor(end, bound_to)) if end else ()


def link(call: Call, cursor: str) -> Headers:
    query = urlencode({**call.query_params, "cursor": cursor})
    return (("Link", f'<{call.url.path}?{query}>; rel="next"'),)
