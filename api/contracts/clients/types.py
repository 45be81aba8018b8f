"""Types of this contract's bodies: dates without a time, durations written as clocks."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
)

from api.contracts.clients.words import PLACES, Location
from api.http.models import Body
from api.http.query import tags_parameter

LARGEST = 2**53 - 1
"""Of the numbers that name something: whole numbers of that size survive in JavaScript."""

MOST_HOURS = 99
"""As many as two digits say. Longer durations come from other contracts and may be sent back."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"([0-9]{1,9}):([0-5][0-9]):([0-5][0-9])")


def _day(value: object) -> date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("A date is a string such as 2026-01-31.")


def _seconds(value: object) -> int:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("A duration is a string such as 1:00:00 or 01:00:00.")
    hours, minutes, seconds = map(int, match.groups())
    return hours * 3600 + minutes * 60 + seconds


def clock(seconds: int) -> str:
    """`H:MM:SS` with as few digits of hours as it takes."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _place(value: object) -> object:
    return PLACES.get(value, value) if isinstance(value, str) else value


def _not_deleted(value: object) -> bool:
    if value is not False:
        raise ValueError("isDeleted can't be modified; send DELETE to delete an interaction.")
    return False


Day = Annotated[Any, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Duration = Annotated[
    Any,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]$",
            "description": "Longer than 0:00:00; null if it isn't known.",
            "examples": ["1:00:00"],
        }
    ),
]
"""Seconds, written as a clock."""

Place = Annotated[
    Location,
    BeforeValidator(_place),
    WithJsonSchema({"enum": list(PLACES), "type": "string"}),
]
NotDeleted = Annotated[
    bool, BeforeValidator(_not_deleted), WithJsonSchema({"type": "boolean", "const": False})
]
Number = Annotated[int, Field(ge=1, le=LARGEST)]
Text = Annotated[str, Field(max_length=100_000)]


class AnswerBody(Body):
    """The answer to one of the service's questions."""

    questionId: Number
    answer: StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=100_000)]


TAGS = tags_parameter(
    "Restricted tags, separated by commas: what they hide is shown, and what is written is given "
    "them."
)


class PageQuery(BaseModel):
    """`cursor` comes from the Link header of the page before."""

    limit: Annotated[int, Field(ge=1, le=200)] = 100
    cursor: Annotated[str, Field(max_length=500)] | None = None
