"""Types of this contract's bodies, under the document's own names."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.http.models import Instant, InvalidInstant, NaiveInstant, parse_instant

InteractionType = Literal[
    "call", "email", "meeting", "proposal", "quote", "contract", "service", "follow_up", "note"
]
RelationshipStatus = Literal[
    "prospect",
    "qualified_lead",
    "opportunity",
    "active_client",
    "past_client",
    "lost_lead",
    "inactive",
]
LifecycleStage = Literal[
    "awareness", "interest", "consideration", "decision", "retention", "customer"
]


def _instant(value: Any) -> Instant:
    try:
        return parse_instant(value)
    except NaiveInstant as error:
        raise PydanticCustomError("value_error.datetime", "{why}", {"why": str(error)}) from None
    except InvalidInstant:
        raise PydanticCustomError("value_error.datetime", "invalid datetime format") from None


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("value_error.blank", "ensure this value is not blank")
    return text


Moment = Annotated[
    Any,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2024-01-15T10:00:00Z"]}),
]
"""An Instant; a date stands for its start in UTC."""

Text = Annotated[str, Field(max_length=100_000)]
Description = Annotated[str, Field(min_length=1, max_length=100_000), AfterValidator(_not_blank)]
