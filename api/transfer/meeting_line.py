"""A meeting as a line: the keys of its document, with its outcome.

The source of a meeting is an account of the ledger that exported it, so it isn't taken over.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.contracts.tracking.meeting_schemas import (
    Attendees,
    Held,
    InvitedNamed,
    MeetingStatus,
    NewMeeting,
)
from api.contracts.tracking.types import Id, Text
from application.meetings import ImportMeeting
from domain import meeting
from domain.appointment import Appointment, Attendee
from domain.changes import patched
from domain.meeting import Meeting, Outcome


class MeetingLine(NewMeeting, Held):
    """`attendees` are those who came to a completed meeting, and else those who are invited."""

    read_only: ClassVar[frozenset[str]] = frozenset(
        {"type", "completedDate", "createdAt", "updatedAt", "createdBy", "redacted", "source"}
    )

    id: Id | None = None
    status: MeetingStatus = "scheduled"
    reason: Text | None = None
    interaction_id: Id | None = None
    invited: Attendees | None = None
    attendees: Annotated[list[InvitedNamed], Field(max_length=1000)] | None = None

    def command(self, own_id: UUID) -> ImportMeeting:
        completed = self.status == "completed"
        invited = self.invited if completed else self.attendees
        people = tuple(Attendee(**one.model_dump()) for one in invited or ())
        given = Meeting(
            self.contact_id,
            Appointment(**self.fields_of(Appointment) | {"attendees": people}),
            meeting.MeetingStatus(self.status),
            self.reason,
            self._outcome() if completed else None,
            self.interaction_id,
        )
        return ImportMeeting(self.id or own_id, given)

    def _outcome(self) -> Outcome:
        came = tuple(one.name or one.address or "" for one in self.attendees or ())
        fields = self.fields_of(Outcome) | {"attendees": came}
        return patched(Outcome(held_at=self.scheduled_at), fields)
