"""The VTIMEZONE of an IANA zone, for some years.

icalendar makes one too, but an hour off where summer time begins: it steps by the clock, on which
that hour isn't.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from infrastructure.calendars.icalendar.lines import line
from infrastructure.calendars.icalendar.observances import Onset

YEARS_AHEAD = 5
"""Years that are covered; readers know the IANA name, and need the VTIMEZONE less and less."""

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@lru_cache(256)
def vtimezone(name: str, year: int) -> bytes:
    """The VTIMEZONE of a zone, from the year before `year` to `YEARS_AHEAD` after it."""
    zone = ZoneInfo(name)
    first = datetime(max(year - 1, 1), 1, 2, tzinfo=UTC)
    last = datetime(min(year + YEARS_AHEAD, 9998), 12, 31, tzinfo=UTC)
    return b"".join(line(each).raw for each in _lines(name, list(_onsets(zone, first, last))))


def _onsets(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Onset]:
    """The onsets of a period: its begin, and each change of the offset."""
    offset = _offset(zone, first)
    yield Onset(first.replace(tzinfo=None) + offset, offset, offset)
    day = first
    while day < last:
        following = day + DAY
        if _offset(zone, following) != offset:
            low, high = day, following
            while high - low > SECOND:
                middle = low + ((high - low) // 2 // SECOND or 1) * SECOND
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            after = _offset(zone, high)
            yield Onset(high.replace(tzinfo=None) + offset, offset, after)
            offset = after
        day = following


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _lines(name: str, onsets: list[Onset]) -> Iterator[str]:
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{name}"
    onsets.sort(key=lambda onset: (onset.before, onset.after, onset.at))
    for (before, after), alike in groupby(onsets, key=lambda onset: onset[1:]):
        first, *others = (f"{onset.at.year:04}{onset.at:%m%dT%H%M%S}" for onset in alike)
        kind = "DAYLIGHT" if after > before else "STANDARD"
        yield f"BEGIN:{kind}"
        yield f"DTSTART:{first}"
        if others:
            yield f"RDATE:{','.join(others)}"
        yield f"TZOFFSETFROM:{_stated(before)}"
        yield f"TZOFFSETTO:{_stated(after)}"
        yield f"END:{kind}"
    yield "END:VTIMEZONE"


def _stated(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(abs(offset) // SECOND, 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")
