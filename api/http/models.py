"""The models and types that contracts have in common; instants are those of RFC 3339, and plain
dates where a contract has them.

A date-time without an offset is refused with an error of its own, because only its author knows the
time zone.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_OFFSET = r"[Zz]|[+-][0-9]{2}:?[0-5][0-9]"
_INSTANT = re.compile(rf"{_DATE}([Tt ]{_CLOCK}(?:\.[0-9]{{1,9}})?({_OFFSET})?)?")
# In a query string a plus sign that isn't escaped arrives as a space.
_LOST_PLUS = re.compile(rf"({_DATE}[Tt ]{_CLOCK}(?:\.[0-9]{{1,9}})?) ([0-9]{{2}}:?[0-9]{{2}})")


class Body(BaseModel):
    """A request's body: strict types; unknown keys are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")

    def differing(self, shown: object) -> dict[str, Any]:
        """The fields that were sent and differ from what the caller is shown under their names."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in sent.items() if value != getattr(shown, name)}


class Shown(BaseModel):
    """The form of an answer, for the OpenAPI document. Keys may be added to it later."""

    model_config = ConfigDict(extra="allow")


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("It must not be blank.")
    return text


class InvalidInstant(ValueError):
    """Neither a date nor a date-time of RFC 3339. The text is a public sentence."""


class NaiveInstant(ValueError):
    """A date-time without an offset. The text is a public sentence."""


class Instant(NamedTuple):
    """A point in time, and how it was written."""

    at: datetime
    """In UTC, truncated to the microsecond."""

    as_written: str

    date_only: bool
    """True if only a date was given: `at` is the start of that day in UTC."""


def parse_instant(text: str) -> Instant:
    """Parse a date-time with `Z` or an offset, or a plain date.

    Letters in either case, a space for the T, up to nine digits of a fraction and offsets without
    the colon are accepted. Raises InvalidInstant or NaiveInstant, never quoting the text.
    """
    try:
        match = _INSTANT.fullmatch(text)
        if match is None:
            raise InvalidInstant("This is not a date-time such as 2023-08-15T14:00:00Z.")
        clock, offset = match.groups()
        # The more specific error first: an hour 25 or a month 13 needs no offset.
        at = datetime.fromisoformat(text.upper())
        if clock is None:
            return Instant(at.replace(tzinfo=UTC), text, True)
        if offset is None:
            raise NaiveInstant("The date-time has no offset; write Z or one such as +02:00.")
        return Instant(at.astimezone(UTC), text, False)
    except (InvalidInstant, NaiveInstant):
        raise
    # Not a text; not in the calendar; beyond the years 1 to 9999 in UTC.
    except (TypeError, ValueError, OverflowError):
        raise InvalidInstant("There is no such date, time or offset.") from None


def instant_such_as(example: str) -> Callable[[object], Instant]:
    """Reads a date or a date-time; naive ones are refused."""

    def read(value: object) -> Instant:
        if not isinstance(value, str):
            raise ValueError(f"A date-time is a string such as {example}.")
        return parse_instant(value)

    return read


def instant_schema(example: str) -> dict[str, Any]:
    formats = [{"format": "date-time"}, {"format": "date"}]
    return {"type": "string", "anyOf": formats, "examples": [example]}


def parse_query_instant(text: str) -> Instant:
    """Parse an instant of a query string, where the plus of an offset may have become a space."""
    lost = _LOST_PLUS.fullmatch(text)
    return parse_instant(f"{lost[1]}+{lost[2]}" if lost else text)


def upper_bound(bound: Instant | None) -> tuple[datetime | None, bool]:
    """An inclusive bound as an instant, True if that one is exclusive: a date includes its day."""
    if bound is None:
        return None, False
    if not bound.date_only:
        return bound.at, False
    try:
        return bound.at + timedelta(days=1), True
    except OverflowError:
        return bound.at, False
