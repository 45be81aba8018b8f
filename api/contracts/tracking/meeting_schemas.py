"""Bodies and queries about meetings (the tracking document)."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from api.contracts.tracking.interaction_schemas import PageNumber, PageSize
from api.contracts.tracking.types import (
    Body,
    ContactId,
    Date,
    Line,
    Lines,
    Minutes,
    PageShown,
    Query,
    QueryDate,
    Text,
)
from api.http.models import Shown
from domain.changes import Fields
from domain.meeting import Appointment
from projections.timeline.shape import PersonShown

MeetingStatus = Literal["scheduled", "completed", "cancelled", "noShow"]


class NewMeeting(Body):
    """An appointment with a contact. `calendarSynced` is set by the caller."""

    read_only: ClassVar[frozenset[str]] = frozenset(
        "id status completedDate createdAt updatedAt createdBy reason interactionId actualDate "
        "attendees duration topicsCovered outcomes actionItems nextSteps "
        "relationshipImpact redacted".split()
    )

    contact_id: ContactId
    scheduled_date_time: Date
    location: Line | None = None
    purpose: Text | None = None
    agenda_items: Lines | None = None
    preparation_notes: Text | None = None
    calendar_synced: bool | None = None

    def appointment(self) -> Appointment:
        return Appointment(
            scheduled_at=self.scheduled_date_time.at,
            location=self.location,
            purpose=self.purpose,
            agenda_items=tuple(self.agenda_items or ()),
            preparation_notes=self.preparation_notes,
            calendar_synced=bool(self.calendar_synced),
        )


class MeetingChanges(NewMeeting):
    """The fields to change. A field that is left out stays; null clears one that may be null."""

    contact_id: ContactId | None = None
    scheduled_date_time: Date = None

    def fields(self) -> Fields:
        """The fields of the appointment that are set. What may not be null is left as it is."""
        fields: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("location", "purpose", "preparation_notes")
            if name in self.model_fields_set
        }
        if "agenda_items" in self.model_fields_set:
            fields["agenda_items"] = tuple(self.agenda_items or ())
        if self.calendar_synced is not None:
            fields["calendar_synced"] = self.calendar_synced
        if self.scheduled_date_time is not None:
            fields["scheduled_at"] = self.scheduled_date_time.at
        return fields


class Completion(Body):
    """The outcome. `duration` is in minutes; `actualDate` defaults to the scheduled time, or to
    now if that is still to come."""

    actual_date: Date | None = None
    attendees: Lines | None = None
    duration: Minutes | None = None
    topics_covered: Lines | None = None
    outcomes: Text | None = None
    action_items: Lines | None = None
    next_steps: Text | None = None
    relationship_impact: Text | None = None

    def fields(self) -> Fields:
        """The fields of the outcome, but for when the meeting was held."""
        return {
            "attendees": tuple(self.attendees or ()),
            "duration": None if self.duration is None else self.duration * 60,
            "topics_covered": tuple(self.topics_covered or ()),
            "outcomes": self.outcomes,
            "action_items": tuple(self.action_items or ()),
            "next_steps": self.next_steps,
            "relationship_impact": self.relationship_impact,
        }


class Why(Body):
    reason: Text | None = None


class MeetingQuery(Query):
    contact_id: str | None = None
    status: MeetingStatus | None = None
    start_date: QueryDate | None = None
    end_date: QueryDate | None = None
    page: PageNumber = 1
    page_size: PageSize = 20
    cursor: Annotated[str, Field(max_length=500)] | None = None


class MeetingShown(Shown):
    """A meeting; once completed, with what came of it and the id of the interaction logged."""

    id: UUID
    contactId: UUID
    status: MeetingStatus
    scheduledDateTime: str
    location: str | None
    purpose: str | None
    agendaItems: list[str]
    preparationNotes: str | None
    calendarSynced: bool
    completedDate: str | None
    createdAt: str
    updatedAt: str
    createdBy: PersonShown


class MeetingsShown(PageShown):
    items: list[MeetingShown]
