"""Types of this contract's bodies and queries."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.http.models import Instant, InvalidInstant, NaiveInstant, parse_instant
from api.http.records import as_uuid


def _aware(value: object) -> Instant:
    if not isinstance(value, str):
        raise PydanticCustomError("datetime_type", "Input should be a valid datetime")
    try:
        instant = parse_instant(value)
    except NaiveInstant:
        raise NAIVE from None
    except InvalidInstant:
        raise PydanticCustomError("datetime_parsing", "Input should be a valid datetime") from None
    if instant.date_only:
        raise NAIVE
    return instant


NAIVE = PydanticCustomError("timezone_aware", "Input should have timezone info")


def _uuid(value: object) -> UUID:
    identity = as_uuid(value) if isinstance(value, str) else None
    if identity is None:
        raise PydanticCustomError("uuid_parsing", "Input should be a valid UUID")
    return identity


Moment = Annotated[
    Any,
    BeforeValidator(_aware),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2023-10-27T14:30:00+00:00"]}
    ),
]
"""An Instant that knows its offset."""

Id = Annotated[Any, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]

Text = Annotated[str, Field(max_length=100_000)]
