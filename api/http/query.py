"""The rules for the query of every request, in any contract."""

import re
from collections.abc import Sequence
from typing import Any

from api.http.call import Call, tag_words
from api.http.problem import Fault, Problem, Refused, invalid, unprocessable

LONGEST = 32 * 1024
"""Bytes. All filters at their longest fit; parsing megabytes would block other requests."""


TAGS = "tags"


def tags_parameter(description: str) -> dict[str, Any]:
    """For `openapi_extra`: the parameter that `Call.open_tags` reads."""
    schema = {"type": "string"}
    place = {"name": TAGS, "in": "query", "required": False}
    return {"parameters": [place | {"schema": schema, "description": description}]}


OPENS = tags_parameter(
    "Restricted tags, separated by commas: what they hide is shown. Each needs its permission, "
    "tag:<name>."
)
_MEANT = re.compile(r"\s*+tags?+\s*+(?:\[\w*+\])?+\s*+", re.IGNORECASE)
"""Spellings of the parameter's name in other frameworks, and misspellings of it; possessive, so
that no name causes backtracking."""


def takes_tags(documented: dict[str, Any]) -> bool:
    """True if a route that writes documents `?tags=`, and so takes it."""
    return any(parameter["name"] == TAGS for parameter in documented.get("parameters", ()))


def check_query(call: Call, known: Sequence[str]) -> None:
    """Raises 414 for a query that is too long, 422 for NUL in a known parameter, which no text of
    PostgreSQL can hold."""
    query: bytes = call.scope["query_string"]
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


def check_tags(call: Call, *, taken: bool) -> None:
    """For routes that write. Raises a 422 for a restricted tag that would be ignored, because the
    parameter is misspelt or the route takes none: the record would be open to those whom the caller
    meant to keep out. Without the tag's permission it is a 403, as everywhere."""
    for name, value in call.query_params.multi_items():
        if (name == TAGS and taken) or not _MEANT.fullmatch(name) or not tag_words([value]):
            continue
        _ = call.open_tags
        if taken:
            raise invalid(("query", TAGS), "tags_misspelt", "This parameter is written tags.")
        raise invalid(("query", TAGS), "tags_not_taken", "Tags are not part of this request.")
