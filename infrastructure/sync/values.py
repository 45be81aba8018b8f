"""The values of a meeting that calendars have as well, in one form for both sides.

Both sides are brought into the form in which they are compared: whole seconds, no space around
texts, no empty text, and nothing longer than kith takes.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from domain.meeting import Meeting, MeetingStatus
from infrastructure.calendars.icalendar.properties import DEFAULT_LENGTH
from infrastructure.calendars.port import Occurrence

WHOLE_DAY = timedelta(days=1)
"""The length of an event that is made of a meeting of whole days without an end."""

LONGEST_LINE, LONGEST_TEXT = 500, 100_000
"""Characters of a place, and of a title: the bounds of an appointment."""

UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/GMT", "GMT", "Z"})


class Values(NamedTuple):
    """`ends_at` None is an end that nobody gave; `zone` None is UTC. `agenda` is kith's alone: a
    calendar's own text isn't read."""

    start: datetime
    ends_at: datetime | None
    zone: str | None
    whole_day: bool
    place: str | None
    title: str | None
    agenda: tuple[str, ...] = ()
    cancelled: bool = False

    @classmethod
    def of_meeting(cls, meeting: Meeting) -> Self:
        appointment = meeting.appointment
        return cls.of(
            appointment.scheduled_at,
            appointment.ends_at,
            appointment.timezone,
            whole_day=appointment.whole_day,
            place=appointment.location,
            title=appointment.purpose,
            agenda=appointment.agenda_items,
            cancelled=meeting.status == MeetingStatus.CANCELLED,
        )

    @classmethod
    def of(
        cls,
        start: datetime,
        ends_at: datetime | None,
        zone: str | None,
        *,
        whole_day: bool,
        place: str | None,
        title: str | None,
        agenda: tuple[str, ...],
        cancelled: bool,
    ) -> Self:
        """The values of a meeting, in the form in which they are compared."""
        start = _whole_second(start)
        return cls(
            start,
            _end(start, ends_at),
            _zone(zone),
            whole_day,
            _text(place, LONGEST_LINE),
            _text(title, LONGEST_TEXT),
            agenda,
            cancelled,
        )

    @classmethod
    def of_occurrence(cls, occurrence: Occurrence, like: "Values | None", *, off: bool) -> Self:
        """`like` is the meeting before: an end that kith made up for it, and a zone that a service
        adds, are no changes. `off` is True if the event is not to take place for its user."""
        start = _whole_second(occurrence.start)
        ends_at = _end(start, occurrence.ends_at)
        zone = _zone(occurrence.zone)
        if like is not None:
            usual = WHOLE_DAY if occurrence.whole_day else DEFAULT_LENGTH
            if like.ends_at is None and ends_at == start + usual:
                ends_at = None
            if like.zone is None and (start, ends_at) == (like.start, like.ends_at):
                zone = None
        return cls(
            start,
            ends_at,
            zone,
            occurrence.whole_day,
            _text(occurrence.place, LONGEST_LINE),
            _text(occurrence.title, LONGEST_TEXT),
            () if like is None else like.agenda,
            occurrence.cancelled or off,
        )

    @property
    def time(self) -> tuple[datetime, datetime | None, str | None, bool]:
        """The fields that are changed together."""
        return self.start, self.ends_at, self.zone, self.whole_day

    def changes(self, before: "Values") -> dict[str, object]:
        """The fields of an appointment that differ from those before."""
        found: dict[str, object] = {}
        if self.time != before.time:
            names = ("scheduled_at", "ends_at", "timezone", "whole_day")
            found |= dict(zip(names, self.time, strict=True))
        if self.place != before.place:
            found["location"] = self.place
        if self.title != before.title:
            found["purpose"] = self.title
        return found

    def significant(self, before: "Values") -> bool:
        """True if time, place or status differ: guests have to know (RFC 5546, section 3.1.4)."""
        return (self.time, self.place, self.cancelled) != (
            before.time,
            before.place,
            before.cancelled,
        )

    @property
    def json(self) -> str:
        return to_json(self._asdict()).decode()

    @classmethod
    def from_json(cls, stored: str | Mapping[str, Any]) -> "Values":
        given = from_json(stored) if isinstance(stored, str) else stored
        return VALUES.validate_python(given)


def _whole_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _end(start: datetime, ends_at: datetime | None) -> datetime | None:
    """An end before the start is none."""
    return None if ends_at is None or ends_at <= start else _whole_second(ends_at)


def _zone(name: str | None) -> str | None:
    return None if name in UTC_NAMES else name


def _text(text: str | None, longest: int) -> str | None:
    """The text without characters that PostgreSQL can't store."""
    if text is None:
        return None
    storable = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    return storable.strip()[:longest].strip() or None


VALUES = TypeAdapter(Values)
