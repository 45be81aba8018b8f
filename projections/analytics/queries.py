"""Interaction analytics: totals by kind, by bucket of time and by sentiment, durations, tactics.

Whole days come from the daily sums. Parts of a day, and planned interactions whose time has come,
are counted in the timeline.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from projections.analytics.sums import NOBODY
from projections.paging import Fetch
from projections.timeline.shape import NATIVE_WORDS

GroupBy = Literal["day", "week", "month"]
DAY = timedelta(days=1)
MOST_BUCKETS = 5_000
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
SENTIMENTS = ("positive", "neutral", "negative")
LATEST = datetime(9999, 12, 31, tzinfo=UTC)


class TooManyBuckets(ValueError):
    """More than MOST_BUCKETS buckets aren't empty."""


class Period(NamedTuple):
    """A period of a tenant's interactions or a contact's, and its buckets. `since` is inclusive,
    `before` exclusive; None is unbounded."""

    tenant: str
    contact_id: UUID | None
    since: datetime | None
    before: datetime | None
    group_by: GroupBy


class TacticUsage(NamedTuple):
    """The uses of a tactic, and its average effectiveness, None if none was recorded."""

    tactic_id: UUID
    uses: int
    average: float | None


@dataclass(slots=True)
class Analytics:
    """`buckets` are key, first day, last day and count."""

    total: int = 0
    by_type: Counter[str] = field(default_factory=Counter)
    timed: int = 0
    seconds: int = 0
    sentiment: Counter[str] = field(default_factory=Counter)
    buckets: list[tuple[str, date, date, int]] = field(default_factory=list)
    tactics: list[TacticUsage] = field(default_factory=list)

    @property
    def average_minutes(self) -> int | None:
        """The average of the recorded durations in minutes, rounded half up."""
        if not self.timed:
            return None
        return (2 * self.seconds + 60 * self.timed) // (120 * self.timed)


ROWS = """
SELECT day, kind, interactions, timed, seconds, positive, neutral, negative FROM activity
WHERE tenant = %(tenant)s AND contact_id = %(contact)s
    AND day >= %(first_day)s AND day < %(end_day)s
UNION ALL
SELECT (at AT TIME ZONE 'UTC')::date, kind, 1, (seconds IS NOT NULL)::int,
    coalesce(seconds, 0),
    (coalesce(restricted, '{}') = '{}' AND sentiment = 'positive' IS TRUE)::int,
    (coalesce(restricted, '{}') = '{}' AND sentiment = 'neutral' IS TRUE)::int,
    (coalesce(restricted, '{}') = '{}' AND sentiment = 'negative' IS TRUE)::int
FROM timeline
WHERE tenant = %(tenant)s AND ROWS_OF
    AND (NOT planned AND (at >= %(since)s AND at < %(edge_end)s
                          OR at >= %(edge_start)s AND at < %(before)s)
         OR planned AND at <= now() AND at >= %(since)s AND at < %(before)s)
"""

NUMBERS: dict[GroupBy, str] = {
    "day": "day - first + 1",
    "week": "(day - first) / 7 + 1",
    "month": "(extract(year FROM day) - extract(year FROM first))::int * 12"
    " + (extract(month FROM day) - extract(month FROM first))::int + 1",
}
"""The SQL of `number`."""

SUMS = """
WITH counted AS (ROWS),
beginning AS (SELECT coalesce(%(first)s::date, min(day)) AS first FROM counted)
SELECT kind, NUMBER AS number, min(day), sum(interactions)::bigint, sum(timed)::bigint,
    sum(seconds)::bigint, sum(positive)::bigint, sum(neutral)::bigint, sum(negative)::bigint
FROM counted CROSS JOIN beginning
GROUP BY GROUPING SETS ((kind), (NUMBER))
ORDER BY number NULLS FIRST LIMIT %(most)s
"""
"""A row for each kind, then for each bucket: days there are as many as a tenant likes."""

TACTICS = """
SELECT tactic_id, sum(uses)::bigint, sum(scored)::bigint, sum(effectiveness)::bigint
FROM tactic_use
WHERE tenant = %(tenant)s AND contact_id = %(contact)s
    AND day >= %(first_day)s AND day < %(end_day)s
GROUP BY tactic_id ORDER BY 2 DESC, 1
"""


def _parameters(period: Period) -> dict[str, Any]:
    """The whole days between the bounds, and the edges: from `since` to `edge_end`, and from
    `edge_start` to `before`."""
    since, before = period.since or EARLIEST, period.before or LATEST
    first_day = since.date() if _midnight(since) == since else _later(since.date(), 1)
    end_day = max(before.date(), first_day)
    edge_end = min(_midnight(first_day), before)
    edge_start = max(_midnight(end_day), edge_end)
    return {
        "tenant": period.tenant,
        "contact": period.contact_id or NOBODY,
        "first_day": first_day,
        "end_day": end_day,
        "since": since,
        "edge_end": edge_end,
        "edge_start": edge_start,
        "before": before,
    }


def _later(day: date, days: int) -> date:
    """The day so many days later, at most the last of the calendar."""
    return day + min(days, (date.max - day).days) * DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


async def analytics(fetch: Fetch, period: Period) -> Analytics:
    """Raises TooManyBuckets."""
    parameters = _parameters(period)
    rows_of = "main" if period.contact_id is None else "contact_id = %(contact)s"
    if period.contact_id == NOBODY:  # has the sums of the whole tenant
        return Analytics(buckets=list(_buckets(Counter(), period)))
    sums = SUMS.replace("ROWS", ROWS.replace("ROWS_OF", rows_of))
    sums = sums.replace("NUMBER", NUMBERS[period.group_by])
    parameters |= {
        "first": period.since and period.since.date(),
        "most": len(NATIVE_WORDS) + MOST_BUCKETS + 1,
    }
    result = Analytics()
    first: date | None = None
    counts: Counter[int] = Counter()
    for kind, bucket, day, count, timed, seconds, *sentiments in await fetch(sums, parameters):  # type: ignore[arg-type]
        if kind is None:
            counts[bucket] = count
            continue
        first = min(day, first or day)
        result.total += count
        result.by_type[NATIVE_WORDS[kind]] += count
        result.timed += timed
        result.seconds += seconds
        result.sentiment.update(dict(zip(SENTIMENTS, sentiments, strict=True)))
    result.buckets = list(_buckets(counts, period, first))
    for tactic_id, uses, scored, sum_ in await fetch(TACTICS, parameters):  # type: ignore[arg-type]
        average = round(sum_ / scored, 2) if scored else None
        result.tactics.append(TacticUsage(tactic_id, uses, average))
    return result


def _buckets(
    counts: Counter[int], period: Period, first: date | None = None
) -> Iterator[tuple[str, date, date, int]]:
    """The buckets, numbered from `since`, else from the day of the first interaction. If there are
    more than MOST_BUCKETS, empty ones are left out, so that one date with a wrong year doesn't hide
    the others."""
    first = period.since.date() if period.since else first
    if first is None or (not counts and period.before is None):
        return
    length = max(counts, default=0)
    if period.before is not None:
        last = (period.before - timedelta(microseconds=1)).date()
        length = number(last, first, period.group_by) if last >= first else 0
    numbers = range(1, length + 1) if length <= MOST_BUCKETS else sorted(counts)
    if len(numbers) > MOST_BUCKETS:
        raise TooManyBuckets(
            f"More than {MOST_BUCKETS} buckets have something in them; "
            "choose a shorter time or longer ones."
        )
    for index in numbers:
        start, end = bounds(index, first, period.group_by)
        yield f"{period.group_by}{index}", start, end, counts[index]


def number(day: date, first: date, group_by: GroupBy) -> int:
    """The number of a day's bucket; bucket 1 begins with `first`. Weeks are seven days from the
    first, months are those of the calendar."""
    match group_by:
        case "day":
            return (day - first).days + 1
        case "week":
            return (day - first).days // 7 + 1
        case "month":
            return (day.year - first.year) * 12 + day.month - first.month + 1


def bounds(index: int, first: date, group_by: GroupBy) -> tuple[date, date]:
    """The first and the last day of a bucket."""
    if group_by == "month":
        months = first.year * 12 + first.month - 1 + index - 1
        year, month = months // 12, months % 12 + 1
        start = date(year, month, first.day if index == 1 else 1)
        return start, date(year, month, monthrange(year, month)[1])
    length = 7 if group_by == "week" else 1
    start = first + (index - 1) * length * DAY
    return start, _later(start, length - 1)
