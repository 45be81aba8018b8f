"""A meeting: scheduled with a contact, then completed, cancelled or missed. A cancelled one may be
reinstated.

Event names and fields are storage formats and an API: versioned with care.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.appointment import Appointment
from domain.changes import apply, difference
from domain.errors import Conflict, Invalid
from domain.event import Changes, Event, Value
from domain.fields import Instant, Line, Text


class MeetingStatus(StrEnum):
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "noShow"


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
