"""A sample of a year in a small practice, ending today.

The file was written by `kith export ndjson --tags immigration`; numbers and recorded times, which
an import ignores, were taken out. Every record has a fixed id, so importing the sample again, on
any day, adds nothing.
"""

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

from pydantic_core import from_json

Record = dict[str, Any]
"""A line of the file, with the keys of the native API."""

Batch = tuple[Record, list[Record]]
"""A user, as `createdBy` shows one, and the records of this author."""

_EXPORTED = datetime(2026, 11, 27, tzinfo=UTC)
"""The midnight before the export: later dates in the file are plans."""

_DATES = ("scheduledDateTime", "actualDate", "date", "endDate", "followUpDate")
_SATURDAY = 5


def by_author(today: date) -> Iterator[Batch]:
    """The sample as if exported `today`: contacts, which the others refer to, come first.

    The author of a contact is its owner.
    """
    sample = _records(today)
    contacts = [record for record in sample if record["type"] == "contact"]
    others = [record for record in sample if record["type"] != "contact"]
    users = {record["createdBy"]["id"]: record["createdBy"] for record in others}
    for number, user in users.items():
        yield user, [contact for contact in contacts if contact["ownerId"] == number]
    for user in users.values():
        yield user, [record for record in others if record["createdBy"] == user]


def _records(today: date) -> list[Record]:
    content = gzip.decompress((files("api.cli") / "sample.ndjson.gz").read_bytes())
    days = today - _EXPORTED.date()
    return [_shifted(from_json(line), days) for line in content.splitlines()]


def _shifted(record: Record, days: timedelta) -> Record:
    dates = {key: datetime.fromisoformat(record[key]) for key in _DATES if key in record}
    if dates and "mail" not in record:
        days += _off_weekend(next(iter(dates.values())), days)
    return record | {key: (at + days).isoformat() for key, at in dates.items()}


def _off_weekend(at: datetime, days: timedelta) -> timedelta:
    """From a weekend on to Monday for plans, else back to Friday."""
    weekday = (at + days).weekday()
    if weekday < _SATURDAY:
        return timedelta()
    return timedelta(days=(7 if at > _EXPORTED else 4) - weekday)
