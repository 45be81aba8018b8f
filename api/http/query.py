"""What holds for the query of every request, whatever a contract makes of it."""

from typing import Any

from api.http.call import Call
from api.http.problem import Fault, Problem, Refused, unprocessable

LONGEST = 32 * 1024
"""Bytes. Every filter at its longest has room; taking megabytes apart would hold up everybody."""


OPENS: dict[str, Any] = {
    "parameters": [
        {
            "name": "tags",
            "in": "query",
            "required": False,
            "schema": {"type": "string"},
            "description": "Restricted tags, separated by commas: what they hide is shown. Each "
            "needs its permission, tag:<name>.",
        }
    ]
}
"""For `openapi_extra`: the parameter that a route takes by `Call.open_tags`."""


def check_query(call: Call, known: tuple[str, ...]) -> None:
    """Raises 414 for a query that is too long, 422 for NUL in what is read of it: no text in
    PostgreSQL can hold one."""
    query: bytes = call.scope["query_string"]
    if not query:
        return
    if len(query) > LONGEST:
        detail = f"A query may have up to {LONGEST} bytes."
        raise Refused(Problem(414, "query_too_long", detail))
    if b"%00" not in query and b"\0" not in query:
        return
    detail = "A query must not hold NUL."
    values = call.query_params.getlist
    places = [("query", name) for name in known if any("\0" in value for value in values(name))]
    if places:
        raise unprocessable(tuple(Fault(place, "nul", detail) for place in places))
