"""Bodies and queries about meetings (the tracking document)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from api.contracts.tracking.interaction_schemas import PageNumber, PageSize
from api.contracts.tracking.types import (
    Body,
    ContactId,
    Id,
    Line,
    Lines,
    Minutes,
    Moment,
    PageShown,
    Query,
    QueryDate,
    Text,
    by_name,
)
from api.http.models import Shown
from api.http.time_zones import Zone
from domain.appointment import MOST_ATTENDEES, Appointment
from projections.timeline.shape import PersonShown

MeetingStatus = Literal["scheduled", "completed", "cancelled", "noShow"]


class Invited(Body):
    """A person who is invited, and is a contact if a contact has the address."""

    name: Line | None = None
    address: Line | None = None
    contact_id: Id | None = None


InvitedNamed = Annotated[
    Invited, BeforeValidator(by_name(Invited), json_schema_input_type=Line | Invited)
]
Attendees = Annotated[list[InvitedNamed], Field(max_length=MOST_ATTENDEES)]


class NewMeeting(Body):
    """An appointment with a contact. `calendarSynced` is set by the caller. A whole day begins with
    a date, and `endsAt` is the date after its last day."""

    read_only: ClassVar[frozenset[str]] = frozenset(
        "id status completedDate createdAt updatedAt createdBy reason interactionId actualDate "
        "duration topicsCovered outcomes actionItems nextSteps relationshipImpact redacted "
        "invited source".split()
    )

    contact_id: ContactId
    scheduled_at: Moment = Field(alias="scheduledDateTime")
    location: Line | None = None
    purpose: Text | None = None
    agenda_items: Lines | None = None
    preparation_notes: Text | None = None
    calendar_synced: bool | None = None
    ends_at: Moment | None = None
    timezone: Zone | None = None
    whole_day: bool | None = None
    attendees: Attendees | None = None


class MeetingChanges(NewMeeting):
    """The fields to change. A field that is left out stays; null clears one that may be null."""

    contact_id: ContactId | None = None
    scheduled_at: Moment = Field(default=None, alias="scheduledDateTime")

    def fields(self) -> dict[str, object]:
        """The fields of the appointment that are set. A flag can't be cleared: null leaves it."""
        fields = self.fields_of(Appointment)
        for flag in ("calendar_synced", "whole_day"):
            if getattr(self, flag) is None:
                fields.pop(flag, None)
        return fields


class Held(Body):
    """How a meeting went, but for who came."""

    held_at: Moment | None = Field(default=None, alias="actualDate")
    duration: Annotated[Minutes, AfterValidator(lambda minutes: minutes * 60)] | None = None
    topics_covered: Lines | None = None
    outcomes: Text | None = None
    action_items: Lines | None = None
    next_steps: Text | None = None
    relationship_impact: Text | None = None


class Completion(Held):
    """The outcome. `duration` is in minutes; `actualDate` defaults to the scheduled time, or to
    now if that is still to come."""

    attendees: Lines | None = None


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


class InvitedShown(Shown):
    """A person of whom more than the name is known."""

    name: str | None = None
    address: str | None = None
    contactId: UUID | None = None


class SourceShown(Shown):
    """The calendar that a meeting comes from."""

    kind: str
    account: UUID


class MeetingShown(Shown):
    """A meeting; once completed, with what came of it and the id of the interaction logged. Then
    `attendees` are those who came, and `invited` those who were to. `calendarSynced` is what the
    caller said, unless the user has an account: then a read shows whether their calendar has the
    meeting as it is."""

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
    endsAt: str | None = None
    timezone: str | None = None
    wholeDay: bool | None = None
    attendees: list[str | InvitedShown] | None = None
    invited: list[str | InvitedShown] | None = None
    source: SourceShown | None = None


class MeetingsShown(PageShown):
    items: list[MeetingShown]
