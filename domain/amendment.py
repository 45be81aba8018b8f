"""Amendments of a record as plain data: fields to set by path, and the rules of some of the paths.

A field is set to the value given. These paths follow a rule that depends on the record:

- `type`, a Type: sets kind and word, unless the kind is one that the type stands for anyway.
- `when.start`, a Start: moves the record, which takes as long as before. The instant that it has
  already changes nothing.
- `when.minutes`: sets how long it took. The minutes that the record's seconds are rounded to change
  nothing, so that what was read can be sent back.
- `people.participants`: a list that reads as the recorded one changes nothing.
- `labels.restricted`: tags are added, none is taken away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.changes import Fields, patched
from domain.errors import Invalid
from domain.kinds import Kind
from domain.record import Participant, Record

MOST_MINUTES = 366 * 24 * 60
"""A year. Longer durations come from other contracts, and may be sent back."""


@dataclass(frozen=True, slots=True)
class Type:
    """A kind under a caller's word. Records of the kinds in `alike` are shown under the same word,
    and keep their own."""

    kind: Kind
    word: str
    alike: frozenset[Kind]


@dataclass(frozen=True, slots=True)
class Start:
    """The instant at which a record begins, in UTC; `whole_day` marks a date without a time."""

    at: datetime
    whole_day: bool = False


def amended(record: Record, fields: Fields) -> Record:
    """The record with these fields set: first those with a rule, in their order. Raises Invalid."""
    plain: dict[str, object] = {}
    for path, value in fields.items():
        if rule := RULES.get(path):
            record = rule(record, value)
        else:
            plain[path] = value
    return patched(record, plain)


def _type(record: Record, given: Type) -> Record:
    if record.kind in given.alike:
        return record
    return patched(record, {"kind": given.kind, "word": given.word})


def _start(record: Record, start: Start) -> Record:
    if start.at == record.when.at:
        return record
    return patched(record, {"when": record.when.moved(start.at, whole_day=start.whole_day)})


def _minutes(record: Record, minutes: int | None) -> Record:
    if minutes == record.when.minutes:
        return record
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise Invalid(
            f"A duration is 1 to {MOST_MINUTES} minutes",
            code="duration_out_of_range",
            field="when.duration",
        )
    seconds = None if minutes is None else minutes * 60
    return patched(record, {"when.ends_at": None, "when.duration": seconds})


def _participants(record: Record, given: tuple[Participant, ...]) -> Record:
    if list(map(_as_read, given)) == list(map(_as_read, record.people.participants)):
        return record
    return patched(record, {"people.participants": given})


def _as_read(someone: Participant) -> Participant:
    """The participant as shown: an empty one has an empty name."""
    return Participant(name="") if someone == Participant() else someone


def _restricted(record: Record, tags: tuple[str, ...]) -> Record:
    all_tags = tuple(dict.fromkeys((*record.labels.restricted, *tags)))
    return patched(record, {"labels.restricted": all_tags})


RULES: dict[str, Callable[[Record, Any], Record]] = {
    "type": _type,
    "when.start": _start,
    "when.minutes": _minutes,
    "people.participants": _participants,
    "labels.restricted": _restricted,
}
