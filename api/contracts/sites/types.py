"""Types of this contract's bodies and queries."""

from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from api.http.instants import Instant, parse_instant, parse_query_instant

InteractionType = Literal["Meeting", "Call", "Email", "Update", "Review", "Training"]

LONGEST_TERM = 500
"""Characters, as many as a title has."""


def _instant(value: object) -> Instant:
    if isinstance(value, Instant):
        return value
    if not isinstance(value, str):
        raise ValueError("A date-time is a string such as 2023-08-15T14:00:00Z.")
    return parse_instant(value)


@cache
def time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def _time_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError("There is no such IANA time zone; one is America/New_York.")
    return name


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("It must not be blank.")
    return text


DATE_SCHEMA = {
    "type": "string",
    "anyOf": [{"format": "date-time"}, {"format": "date"}],
    "examples": ["2023-08-15T14:00:00Z"],
}

Date = Annotated[Any, BeforeValidator(_instant), WithJsonSchema(DATE_SCHEMA)]
"""An Instant; naive date-times are refused."""

QueryDate = Annotated[Any, BeforeValidator(parse_query_instant), WithJsonSchema(DATE_SCHEMA)]

Zone = Annotated[
    str,
    AfterValidator(_time_zone),
    WithJsonSchema({"type": "string", "examples": ["America/New_York"]}),
]
Line = Annotated[str, Field(max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_not_blank)]
Text = Annotated[str, Field(max_length=100_000)]
Term = Annotated[str, Field(max_length=LONGEST_TERM)]


class Body(BaseModel):
    """A request's body: strict types; what isn't known is ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")
