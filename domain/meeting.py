"""A meeting: scheduled with a contact, then completed, cancelled or missed. A cancelled one may be
reinstated.

Event names and fields are storage formats and an API: versioned with care.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.changes import apply, difference
from domain.errors import Conflict, Invalid
from domain.event import Changes, Event, Value
from domain.fields import Instant, Line, Text, Word


class MeetingStatus(StrEnum):
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "noShow"


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


class Outcome(Value):
    """The result of a meeting. `duration` is in seconds and positive, `held_at` is UTC."""

    held_at: Instant
    """When it took place, in UTC."""
    attendees: tuple[Line, ...] = ()
    """The people who came."""
    duration: Annotated[int, Field(gt=0)] | None = None
    """How long it took, in seconds."""
    topics_covered: tuple[Line, ...] = ()
    """The topics that were discussed."""
    outcomes: Text | None = None
    """The agreements that were made."""
    action_items: tuple[Line, ...] = ()
    """The tasks that follow from the meeting."""
    next_steps: Text | None = None
    """How it goes on."""
    relationship_impact: Text | None = None
    """The effect of the meeting on the relationship."""

    @property
    def redacted(self) -> "Outcome":
        """The time and the attendees only."""
        return Outcome(held_at=self.held_at, attendees=self.attendees)


# Events


class _WithContact(Event):
    contact_id: UUID
    """The contact it is with."""


class MeetingScheduled(_WithContact):
    """A meeting with a contact was agreed."""

    type = "kith.meeting.scheduled.v1"
    appointment: Appointment
    """The appointment that was agreed."""


class MeetingRescheduled(Changes, _WithContact):
    """The appointment was changed: each changed field with its old and new value."""

    type = "kith.meeting.rescheduled.v1"
    of = Appointment


class MeetingCancelled(_WithContact):
    """The meeting will not take place."""

    type = "kith.meeting.cancelled.v1"
    reason: str | None = None
    """Why it was called off."""


class MeetingReinstated(_WithContact):
    """The meeting was cancelled, and is to take place all the same."""

    type = "kith.meeting.reinstated.v1"


class MeetingMissed(_WithContact):
    """A participant of the meeting didn't show up."""

    type = "kith.meeting.missed.v1"
    reason: str | None = None
    """The absent person, and the reason."""


class MeetingCompleted(_WithContact):
    """The meeting took place; `interaction_id` is the interaction logged with it."""

    type = "kith.meeting.completed.v1"
    interaction_id: UUID
    """The interaction that was logged with it, in the same transaction."""
    outcome: Outcome
    """The result of the meeting."""


# State


@dataclass(frozen=True, slots=True)
class Meeting:
    kind: ClassVar[str] = "meeting"

    contact_id: UUID
    appointment: Appointment
    status: MeetingStatus = MeetingStatus.SCHEDULED
    reason: str | None = None
    outcome: Outcome | None = None
    interaction_id: UUID | None = None

    @staticmethod
    def evolve(state: "Meeting | None", event: Event) -> "Meeting":
        match event:
            case MeetingScheduled():
                return Meeting(event.contact_id, event.appointment)
        assert state is not None
        match event:
            case MeetingRescheduled():
                return replace(state, appointment=apply(state.appointment, event.changes))
            case MeetingCancelled():
                return replace(state, status=MeetingStatus.CANCELLED, reason=event.reason)
            case MeetingReinstated():
                return replace(state, status=MeetingStatus.SCHEDULED, reason=None)
            case MeetingMissed():
                return replace(state, status=MeetingStatus.NO_SHOW, reason=event.reason)
            case MeetingCompleted():
                return replace(
                    state,
                    status=MeetingStatus.COMPLETED,
                    outcome=event.outcome,
                    interaction_id=event.interaction_id,
                )
        raise TypeError(f"{event.type} is no event of a meeting")

    # Decisions

    @staticmethod
    def schedule(contact_id: UUID, appointment: Appointment) -> list[Event]:
        """Agree on a meeting. Raises Invalid for an appointment that can't be held."""
        return [MeetingScheduled(contact_id=contact_id, appointment=appointment.check())]

    def reschedule(self, appointment: Appointment) -> list[Event]:
        """Change the appointment. Raises Conflict for a meeting that has ended, Invalid for an
        appointment that can't be held."""
        changes = difference(self.appointment, appointment)
        if not changes:
            return []
        self._still_scheduled("rescheduled")
        appointment.check()
        return [MeetingRescheduled(contact_id=self.contact_id, changes=changes)]

    def cancel(self, reason: str | None = None) -> list[Event]:
        if self.status == MeetingStatus.CANCELLED:
            return []
        self._still_scheduled("cancelled")
        return [MeetingCancelled(contact_id=self.contact_id, reason=reason)]

    def reinstate(self) -> list[Event]:
        """Bring a cancelled meeting back, as it was. Raises Conflict for one that took place or was
        missed."""
        if self.status == MeetingStatus.SCHEDULED:
            return []
        if self.status != MeetingStatus.CANCELLED:
            self._still_scheduled("reinstated")
        return [MeetingReinstated(contact_id=self.contact_id)]

    def miss(self, reason: str | None = None) -> list[Event]:
        if self.status == MeetingStatus.NO_SHOW:
            return []
        self._still_scheduled("marked as missed")
        return [MeetingMissed(contact_id=self.contact_id, reason=reason)]

    def complete(self, outcome: Outcome, interaction_id: UUID, now: datetime) -> list[Event]:
        """Complete the meeting, once: the same outcome changes nothing, another is refused."""
        if self.status == MeetingStatus.COMPLETED:
            if self.outcome == outcome:
                return []
            raise Conflict(
                "The meeting was completed with another outcome", code="meeting_completed"
            )
        self._still_scheduled("completed")
        if outcome.held_at > now:
            raise Invalid(
                "A meeting can't have taken place in the future",
                code="date_in_future",
                field="outcome.held_at",
            )
        return [
            MeetingCompleted(
                contact_id=self.contact_id, interaction_id=interaction_id, outcome=outcome
            )
        ]

    def _still_scheduled(self, ending: str) -> None:
        if self.status != MeetingStatus.SCHEDULED:
            said = "missed" if self.status == MeetingStatus.NO_SHOW else self.status.value
            raise Conflict(f"The meeting was {said} and can't be {ending}", code=f"meeting_{said}")
