"""Instants in requests and answers: RFC 3339, and plain dates where a contract has them.

A date-time without an offset is refused with an error of its own, because only its author knows the
time zone.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_OFFSET = r"[Zz]|[+-][0-9]{2}:?[0-5][0-9]"
_INSTANT = re.compile(rf"{_DATE}([Tt ]{_CLOCK}(?:\.[0-9]{{1,9}})?({_OFFSET})?)?")
# In a query string a plus sign that isn't escaped arrives as a space.
_LOST_PLUS = re.compile(rf"({_DATE}[Tt ]{_CLOCK}(?:\.[0-9]{{1,9}})?) ([0-9]{{2}}:?[0-9]{{2}})")


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
