"""The time zone that a VTIMEZONE describes (RFC 5545, 3.6.5), as a table of its onsets.

dateutil makes a tzinfo of a VTIMEZONE too, but walks through its rules for every look-up, which
takes seconds for a series of some years.
"""

from bisect import bisect_right
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice, takewhile
from typing import NamedTuple

from dateutil.rrule import rrulestr
from icalendar.prop import vDDDTypes, vRecur, vUTCOffset

from infrastructure.calendars.icalendar.components import Component, parsed

FIRST, LAST = 1972, 2060
"""The years whose onsets are found. The first is a leap year, so that every date is in it."""

MOST_ONSETS = 1_000
LARGEST = 32 * 1024
"""Bytes of a VTIMEZONE; the full history of a zone takes ten thousand."""

KNOWN = 256
"""Zones that are kept, because the objects of a calendar repeat them."""

ZERO = timedelta()


class Onset(NamedTuple):
    """A moment by the clock before it, and the offsets from UTC before and after it."""

    at: datetime
    before: timedelta
    after: timedelta


class Observed(tzinfo):
    """The zone of some onsets. `endless` says that its rules go on, rather than list dates."""

    def __init__(self, onsets: list[Onset], *, endless: bool):
        self.endless = endless
        onsets.sort()
        self._offsets = [onsets[0].before, *(onset.after for onset in onsets)]
        self._utc = [onset.at - onset.before for onset in onsets]
        steps = [(onset.at, onset.after - onset.before) for onset in onsets]
        # A time that comes twice is the first of the two, one that is left out goes on as before
        # (RFC 5545, 3.3.5); `fold` means the other one (PEP 495).
        self._clock = [at + max(step, ZERO) for at, step in steps]
        self._clock_of_fold = [at + min(step, ZERO) for at, step in steps]

    def utcoffset(self, dt: datetime | None) -> timedelta:
        if dt is None:
            return self._offsets[-1]
        onsets = self._clock_of_fold if dt.fold else self._clock
        return self._offsets[bisect_right(onsets, dt.replace(tzinfo=None, fold=0))]

    def dst(self, dt: datetime | None) -> None:
        return None

    def tzname(self, dt: datetime | None) -> None:
        return None

    def fromutc(self, dt: datetime) -> datetime:
        moment = dt.replace(tzinfo=None)
        index = bisect_right(self._utc, moment)
        offset = self._offsets[index]
        fold = index > 0 and moment - self._utc[index - 1] < self._offsets[index - 1] - offset
        return (moment + offset).replace(tzinfo=self, fold=int(fold))


def observed(vtimezone: Component) -> Observed | None:
    """The zone, None for one that can't be made out."""
    raw = vtimezone.raw
    return _observed(raw) if len(raw) <= LARGEST else None


@lru_cache(KNOWN)
def _observed(raw: bytes) -> Observed | None:
    onsets: list[Onset] = []
    endless = False
    try:
        for vtimezone in parsed(raw).components():
            for each in vtimezone.components():
                if each.name in ("STANDARD", "DAYLIGHT"):
                    onsets += _onsets(each)
                    endless = endless or _goes_on(each)
    except (ValueError, TypeError, OverflowError, KeyError):
        return None
    return Observed(onsets, endless=endless) if 0 < len(onsets) <= MOST_ONSETS else None


def _goes_on(observance: Component) -> bool:
    rule = observance.line("RRULE")
    return rule is not None and "UNTIL=" not in rule.text and "COUNT=" not in rule.text


def _onsets(observance: Component) -> list[Onset]:
    stated = {line.name: line.value for line in observance.lines()}
    before = vUTCOffset.from_ical(stated["TZOFFSETFROM"])
    after = vUTCOffset.from_ical(stated["TZOFFSETTO"])
    start = _clock(stated["DTSTART"], before)
    found = {start}
    for line in observance.lines("RDATE"):
        found |= {_clock(value.partition("/")[0], before) for value in line.value.split(",")}
    for line in observance.lines("RRULE"):
        found |= set(_recurring(line.value, start, before))
    return [Onset(at, before, after) for at in found]


def _clock(value: str, offset: timedelta) -> datetime:
    """A time by the clock of this offset."""
    read = vDDDTypes.from_ical(value)
    at = read if isinstance(read, datetime) else datetime(read.year, read.month, read.day)  # noqa: DTZ001 - by its clock
    return at if at.tzinfo is None else at.replace(tzinfo=None) + offset


def _recurring(value: str, start: datetime, offset: timedelta) -> list[datetime]:
    rule = vRecur.from_ical(value)
    if rule["FREQ"] != ["YEARLY"]:
        raise ValueError("The clock changes by the year.")
    if "UNTIL" in rule:
        (until,) = rule["UNTIL"]
        rule["UNTIL"] = [_clock(vDDDTypes(until).to_ical().decode(), offset)]
    if start.year < FIRST and "COUNT" not in rule and rule.get("INTERVAL", [1]) == [1]:
        start = start.replace(year=FIRST)
    dates = rrulestr(rule.to_ical().decode(), dtstart=start)
    return list(islice(takewhile(lambda at: at.year <= LAST, dates), MOST_ONSETS))
