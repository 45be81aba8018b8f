"""Recurrence rules (RFC 5545, 3.3.10) that kith follows, in the form that dateutil takes."""

from datetime import UTC, date, datetime, time
from math import prod
from typing import Any

from icalendar.prop import vRecur

from infrastructure.calendars.icalendar.times import Time
from infrastructure.calendars.icalendar.unreadable import Unreadable

BY_DAY = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
MOST_A_DAY = 24
"""Occurrences of one day."""


def rule(value: str, start: Time) -> vRecur:
    """The rule of an event that begins at `start`. Raises Unreadable: a rule that gives more than
    an occurrence an hour isn't one of meetings, and costs what it likes."""
    try:
        read: vRecur = vRecur.from_ical(value.upper())
    except (ValueError, TypeError, AttributeError):
        raise Unreadable("unreadable_rule", "The recurrence rule can't be read.") from None
    if "RSCALE" in read or "SKIP" in read:
        raise Unreadable("unreadable_rule", "Recurrence by another calendar isn't followed.")
    frequency = _single(read, "FREQ")
    times_a_day = prod(len(read.get(part, [0])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if frequency not in BY_DAY or times_a_day > MOST_A_DAY:
        detail = "Recurrence within the day isn't followed: the rule gives too many occurrences."
        raise Unreadable("sub_daily", detail)
    if _single(read, "INTERVAL", 1) < 1 or _single(read, "COUNT", 1) < 1:
        raise Unreadable("unreadable_rule", "The recurrence rule can't be read.")
    if "UNTIL" in read:
        read["UNTIL"] = [_until(_single(read, "UNTIL"), start)]
    return read


def _single(rule: vRecur, part: str, default: Any = None) -> Any:
    values = rule.get(part, [default])
    if len(values) != 1:
        raise Unreadable("unreadable_rule", f"The recurrence rule has several {part}.")
    return values[0]


def _until(until: object, start: Time) -> Time:
    """The end in the type of the start, as the RFC wants it: a date means all of that day."""
    if not isinstance(until, date):
        raise Unreadable("unreadable_rule", "The recurrence rule has no such end.")
    if not isinstance(start, datetime):
        return until.date() if isinstance(until, datetime) else until
    if not isinstance(until, datetime):
        until = datetime.combine(until, time(23, 59, 59))
    if until.tzinfo is None:
        until = until.replace(tzinfo=start.tzinfo)
    return until.astimezone(UTC)
