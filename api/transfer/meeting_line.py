"""A meeting as a line: the keys of its document, with its outcome."""

from typing import ClassVar
from uuid import UUID

from api.contracts.tracking.meeting_schemas import Completion, MeetingStatus, NewMeeting
from api.contracts.tracking.types import Id, Text
from application.meetings import ImportMeeting
from domain import meeting
from domain.changes import patched
from domain.meeting import Appointment, Meeting, Outcome


class MeetingLine(NewMeeting, Completion):
    read_only: ClassVar[frozenset[str]] = frozenset(
        {"type", "completedDate", "createdAt", "updatedAt", "createdBy", "redacted"}
    )

    id: Id | None = None
    status: MeetingStatus = "scheduled"
    reason: Text | None = None
    interaction_id: Id | None = None

    def command(self, own_id: UUID) -> ImportMeeting:
        outcome = patched(Outcome(held_at=self.scheduled_at), self.fields_of(Outcome))
        given = Meeting(
            self.contact_id,
            Appointment(**self.fields_of(Appointment)),
            meeting.MeetingStatus(self.status),
            self.reason,
            outcome if self.status == "completed" else None,
            self.interaction_id,
        )
        return ImportMeeting(self.id or own_id, given)
