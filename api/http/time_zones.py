"""IANA time zones in requests."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, WithJsonSchema


@cache
def time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def _time_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError("There is no such IANA time zone; one is America/New_York.")
    return name


Zone = Annotated[
    str,
    AfterValidator(_time_zone),
    WithJsonSchema({"type": "string", "examples": ["America/New_York"]}),
]
"""The name of a zone that exists."""
