"""The time a mail was sent, from a Date that may be missing, invalid or in the future."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Literal

from infrastructure.mail.charsets import shown

DateSource = Literal["date", "received", "envelope", "import"]

_FIRST_MAIL = datetime(1971, 1, 1, tzinfo=UTC)  # the year of the first mail
_ENVELOPE_DATE = re.compile(
    r"([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}:\d\d(?::\d\d)?)(?: +([A-Z]{3,4}|[+-]\d{4}))?"
    r" +(\d{4})(?: +([+-]\d{4}))?"
)


def read_date(value: str) -> datetime | None:
    """The instant of an RFC 5322 date, in UTC; None for an invalid date.

    A date without a zone is in UTC. Years of two and three digits (102 for 2002) are completed.
    """
    try:
        parts = parsedate_tz(value[:200])
        if parts is None:
            return None
        year, month, day, hour, minute, second = parts[:6]
        if 100 <= year < 200:
            year += 1900
        # A datetime can't hold a leap second.
        instant = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        instant -= timedelta(seconds=parts[9] or 0)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return instant if instant >= _FIRST_MAIL else None


def envelope_date(envelope: str) -> datetime | None:
    """The asctime date, with or without a zone, at the end of an mbox's From_ line."""
    found = _ENVELOPE_DATE.search(envelope)
    if found is None:
        return None
    month, day, time, zone, year, late_zone = found.groups()
    return read_date(f"{day} {month} {year} {time} {zone or late_zone or '+0000'}")


def sent_at(
    dates: list[str], received: list[str], envelope: str, now: datetime, notes: list[str]
) -> tuple[datetime, DateSource]:
    """The time the mail was sent, not after `now`, and the source of this time.

    The sources are Date, else the newest Received, else the From_ line, else the time of import.
    A Date in the future is replaced by the newest Received or the time of import: the clock that
    wrote the From_ line may be wrong as well.
    """
    written = next((value for value in dates if value), "")
    instant = read_date(written) if written else None
    if instant is not None and instant <= now:
        return instant, "date"
    if not written:
        notes.append("no date")
    elif instant is None:
        notes.append(f"date can't be read: {shown(written)}")
    else:
        notes.append(f"date is in the future: {shown(written)}")
    arrivals = [read_date(value.rpartition(";")[2]) for value in received]
    past = [arrival for arrival in arrivals if arrival is not None and arrival <= now]
    if past:
        return max(past), "received"
    stamped = envelope_date(envelope) if instant is None else None
    if stamped is not None and stamped <= now:
        return stamped, "envelope"
    return now, "import"
