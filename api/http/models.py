"""The models of bodies and answers that contracts have in common."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

from api.http.instants import Instant, parse_instant


class Body(BaseModel):
    """A request's body: strict types; unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Shown(BaseModel):
    """The form of an answer, for the OpenAPI document. Keys may be added to it later."""

    model_config = ConfigDict(extra="allow")


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("It must not be blank.")
    return text


def instant_such_as(example: str) -> Callable[[object], Instant]:
    """Reads a date or a date-time; naive ones are refused."""

    def read(value: object) -> Instant:
        if isinstance(value, Instant):
            return value
        if not isinstance(value, str):
            raise ValueError(f"A date-time is a string such as {example}.")
        return parse_instant(value)

    return read


def instant_schema(example: str) -> dict[str, Any]:
    formats = [{"format": "date-time"}, {"format": "date"}]
    return {"type": "string", "anyOf": formats, "examples": [example]}
