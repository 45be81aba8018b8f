"""What holds for the query of every request, whatever a contract makes of it."""

import re
from typing import Any

from api.http.call import Call, tag_words
from api.http.problem import Fault, Problem, Refused, invalid, unprocessable

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

TAGS = "tags"
_MEANT = re.compile(r"\s*tags?\s*(?:\[\w*\])?\s*", re.IGNORECASE)
"""What other frameworks, or a slip of the hand, make of the parameter's name."""


def takes_tags(documented: dict[str, Any]) -> bool:
    """Whether a route that writes does something with `?tags=`: then that is documented."""
    return any(parameter["name"] == TAGS for parameter in documented.get("parameters", ()))


def check_tags(call: Call, *, taken: bool) -> None:
    """For what writes. Raises a 422 for a restricted tag that nothing would be done with, because
    its name is written otherwise or the request takes none: the record would be open to everybody
    whom the caller meant to keep out. Without the tag's permission it is a 403, as everywhere."""
    if not call.scope["query_string"]:
        return
    for name, value in call.query_params.multi_items():
        if (name == TAGS and taken) or not _MEANT.fullmatch(name) or not tag_words([value]):
            continue
        _ = call.open_tags
        if taken:
            raise invalid(("query", TAGS), "tags_misspelt", "This parameter is written tags.")
        raise invalid(("query", TAGS), "tags_not_taken", "Tags are not part of this request.")


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
