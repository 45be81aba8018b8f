"""The time a mail was sent, from a Date that may be missing, invalid or in the future."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Literal, NamedTuple

from infrastructure.mail.charsets import shown
from infrastructure.mail.zones import offset_of

DateSource = Literal["date", "received", "envelope", "import"]

_FIRST_MAIL = datetime(1971, 1, 1, tzinfo=UTC)  # the year of the first mail
_LONGEST = 200  # characters of a date that are read
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_COMMENT = re.compile(r"\([^()]*\)")
_ISO_DAY = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|\b)")
_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})(?P<rest>:\d{1,2}(?::\d{1,2})?)(?:[.,]\d+)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\b\.?)?"
)
_YEAR_BELOW = re.compile(r"(?<![\d+-])\d{4}(?!\d)")
_NUMBER = re.compile(r"\d+")
_ENVELOPE_DATE = re.compile(
    r"([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}:\d\d(?::\d\d)?)(?: +([A-Z]{3,4}|[+-]\d{4}))?"
    r" +(\d{4})(?: +([+-]\d{4}))?"
)


class ReadDate(NamedTuple):
    """An instant in UTC, None for an invalid date, and an oddity of its zone or ""."""

    instant: datetime | None
    odd: str = ""


def read_date(value: str) -> ReadDate:
    """The instant of a date of RFC 5322, of asctime or of ISO 8601.

    The day is read by the standard library, which takes a zone that it can't read for UTC and
    doesn't say so; the time of day and the zone are therefore read here. Years of two and three
    digits (102 for 2002) are completed, fractions of a second left out.
    """
    text = value[:_LONGEST]
    while (without := _COMMENT.sub(" ", text)) != text:
        text = without
    text = _ISO_DAY.sub(_with_a_named_month, text, count=1)
    time = _TIME.search(text)
    if time is None:
        return ReadDate(_instant(text, timedelta()), "no time zone")
    before, after = text[: time.start()], text[time.end() :]
    year = None if len(_NUMBER.findall(before)) > 1 else _YEAR_BELOW.search(after)
    if year:  # asctime: the year follows the time of day
        before = f"{before} {year[0]}"
        after = f"{after[: year.start()]} {after[year.end() :]}"
    offset, odd = offset_of(after)
    return ReadDate(_instant(f"{before} {_of_24_hours(time)} +0000", offset), odd)


def _instant(text: str, offset: timedelta) -> datetime | None:
    try:
        parts = parsedate_tz(text)
        if parts is None:
            return None
        year, month, day, hour, minute, second = parts[:6]
        if 100 <= year < 200:
            year += 1900
        # A datetime can't hold a leap second.
        instant = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        instant -= offset + timedelta(seconds=parts[9] or 0)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return instant if instant >= _FIRST_MAIL else None


def _with_a_named_month(day: re.Match[str]) -> str:
    year, month, number = day.groups()
    name = _MONTHS[int(month) - 1] if 1 <= int(month) <= 12 else month
    return f"{number} {name} {year} "


def _of_24_hours(time: re.Match[str]) -> str:
    hour = int(time["hour"])
    if time["half"] and 1 <= hour <= 12:
        hour = hour % 12 + 12 * (time["half"] in "Pp")
    return f"{hour:02}{time['rest']}"


def envelope_date(envelope: str) -> datetime | None:
    """The asctime date, with or without a zone, at the end of an mbox's From_ line."""
    found = _ENVELOPE_DATE.search(envelope)
    if found is None:
        return None
    month, day, time, zone, year, late_zone = found.groups()
    return read_date(f"{day} {month} {year} {time} {zone or late_zone or '+0000'}").instant


def sent_at(
    dates: list[str], received: list[str], envelope: str, now: datetime, notes: list[str]
) -> tuple[datetime, DateSource]:
    """The time the mail was sent, not after `now`, and the source of this time.

    The sources are Date, else the newest Received, else the From_ line, else the time of import.
    A Date in the future is replaced by the newest Received or the time of import: the clock that
    wrote the From_ line may be wrong as well.
    """
    written = next((value for value in dates if value), "")
    instant, odd = read_date(written) if written else ReadDate(None)
    if instant is not None and instant <= now:
        if odd:
            notes.append(f"{odd} in the date: {shown(written)}")
        return instant, "date"
    if not written:
        notes.append("no date")
    elif instant is None:
        notes.append(f"date can't be read: {shown(written)}")
    else:
        notes.append(f"date is in the future: {shown(written)}")
    arrivals = [read_date(value.rpartition(";")[2]).instant for value in received]
    past = [arrival for arrival in arrivals if arrival is not None and arrival <= now]
    if past:
        return max(past), "received"
    stamped = envelope_date(envelope) if instant is None else None
    if stamped is not None and stamped <= now:
        return stamped, "envelope"
    return now, "import"
