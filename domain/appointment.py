"""The appointment of a meeting: time, place, purpose, and the people who are invited.

Field names are storage formats and an API: versioned with care.
"""

from datetime import datetime, time
from uuid import UUID

from pydantic import Field

from domain.errors import Invalid
from domain.event import Value
from domain.fields import Instant, Line, Text, Word

MOST_ATTENDEES = 500
"""Attendees of a meeting."""


def _is_empty(value: object) -> bool:
    return not value


class Attendee(Value):
    """A person who is invited to a meeting; a contact where `contact_id` is known."""

    name: Line | None = None
    """Their name."""
    address: Line | None = None
    """Their mail address, as it was written."""
    contact_id: UUID | None = None
    """The contact they are, where that is known."""


class Source(Value):
    """Where a meeting comes from, if it wasn't scheduled here."""

    kind: Word
    """The kind of the source: calendar."""
    account: UUID
    """The account whose calendar it is."""


class Appointment(Value):
    """The agreed appointment, in UTC; `calendar_synced` is as the caller gave it. Whole days begin
    and end with dates, each of which stands for its start in UTC."""

    scheduled_at: Instant
    """When it is to begin, in UTC."""
    location: Line | None = None
    """Where it is to take place."""
    purpose: Text | None = None
    """The purpose of the meeting."""
    agenda_items: tuple[Line, ...] = ()
    """The topics to be discussed."""
    preparation_notes: Text | None = None
    """Notes on how to prepare."""
    calendar_synced: bool = False
    """True if the meeting is in a calendar, according to the writer."""

    # Younger than the others: left out where empty, so that what was stored before them stays as
    # it is, byte for byte.
    ends_at: Instant | None = Field(default=None, exclude_if=_is_empty)
    """When it is to end, in UTC; of a whole day, the start of the day after the last."""
    timezone: Line | None = Field(default=None, exclude_if=_is_empty)
    """The IANA time zone it is planned in."""
    whole_day: bool = Field(default=False, exclude_if=_is_empty)
    """True if it takes whole days."""
    attendees: tuple[Attendee, ...] = Field(default=(), exclude_if=_is_empty)
    """The people who are invited."""
    source: Source | None = Field(default=None, exclude_if=_is_empty)
    """The calendar it comes from."""

    @property
    def redacted(self) -> "Appointment":
        """The time it begins and the place only."""
        return Appointment(**{name: getattr(self, name) for name in SHOWN_OF_AN_APPOINTMENT})

    def check(self) -> "Appointment":
        """This appointment. Raises Invalid for one that can't be held."""
        if len(self.attendees) > MOST_ATTENDEES:
            raise Invalid(
                f"A meeting has up to {MOST_ATTENDEES} attendees",
                code="too_many_attendees",
                field="appointment.attendees",
            )
        if self.whole_day:
            for name in ("scheduled_at", "ends_at"):
                at: datetime | None = getattr(self, name)
                if at is not None and at.time() != time():
                    raise Invalid(
                        "A whole day begins and ends with a date such as 2026-01-31",
                        code="not_a_date",
                        field=f"appointment.{name}",
                    )
        if self.ends_at is not None and self.ends_at <= self.scheduled_at:
            raise Invalid(
                "A meeting ends after it begins",
                code="end_not_after_start",
                field="appointment.ends_at",
            )
        return self


SHOWN_OF_AN_APPOINTMENT = ("scheduled_at", "location", "calendar_synced", "timezone", "whole_day")
"""The fields of the redacted view. A new field is hidden unless named here."""


def is_hidden_path(path: str) -> bool:
    """True if the redacted view hides the field of an appointment that has this path in an event of
    changes."""
    shown = (Appointment.model_fields[name].alias for name in SHOWN_OF_AN_APPOINTMENT)
    return path not in shown
