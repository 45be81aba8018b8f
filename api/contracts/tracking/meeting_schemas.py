"""Bodies and queries about meetings (the tracking document)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.contracts.tracking.interaction_schemas import PageNumber, PageSize
from api.contracts.tracking.types import (
    Body,
    ContactId,
    Line,
    Lines,
    Minutes,
    Moment,
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
    scheduled_at: Moment = Field(alias="scheduledDateTime")
    location: Line | None = None
    purpose: Text | None = None
    agenda_items: Lines | None = None
    preparation_notes: Text | None = None
    calendar_synced: bool | None = None


class MeetingChanges(NewMeeting):
    """The fields to change. A field that is left out stays; null clears one that may be null."""

    contact_id: ContactId | None = None
    scheduled_at: Moment = Field(default=None, alias="scheduledDateTime")

    def fields(self) -> Fields:
        """The fields of the appointment that are set. A flag can't be cleared: null leaves it."""
        fields = self.fields_of(Appointment)
        if self.calendar_synced is None:
            fields.pop("calendar_synced", None)
        return fields


class Completion(Body):
    """The outcome. `duration` is in minutes; `actualDate` defaults to the scheduled time, or to
    now if that is still to come."""

    held_at: Moment | None = Field(default=None, alias="actualDate")
    attendees: Lines | None = None
    duration: Annotated[Minutes, AfterValidator(lambda minutes: minutes * 60)] | None = None
    topics_covered: Lines | None = None
    outcomes: Text | None = None
    action_items: Lines | None = None
    next_steps: Text | None = None
    relationship_impact: Text | None = None


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
