"""A meeting as a line: the API's keys, whatever became of it."""

from typing import ClassVar
from uuid import UUID

from api.contracts.tracking.meeting_schemas import Completion, MeetingStatus, NewMeeting
from api.contracts.tracking.types import Date, Id, Lines, Minutes, Text
from application.meetings import ImportMeeting
from domain import meeting
from domain.changes import patched
from domain.meeting import Outcome


class MeetingLine(NewMeeting):
    read_only: ClassVar[frozenset[str]] = frozenset(
        {"type", "completedDate", "createdAt", "updatedAt", "createdBy", "redacted"}
    )

    id: Id | None = None
    status: MeetingStatus = "scheduled"
    reason: Text | None = None
    interaction_id: Id | None = None
    actual_date: Date | None = None
    attendees: Lines | None = None
    duration: Minutes | None = None
    topics_covered: Lines | None = None
    outcomes: Text | None = None
    action_items: Lines | None = None
    next_steps: Text | None = None
    relationship_impact: Text | None = None

    def command(self, own_id: UUID) -> ImportMeeting:
        return ImportMeeting(
            self.id or own_id,
            self.contact_id,
            self.appointment(),
            meeting.MeetingStatus(self.status),
            self.reason,
            self._outcome() if self.status == "completed" else None,
            self.interaction_id,
        )

    def _outcome(self) -> Outcome:
        names = Completion.model_fields.keys() - {"actual_date"}
        completion = Completion.model_construct(**{name: getattr(self, name) for name in names})
        held = self.actual_date or self.scheduled_date_time
        return patched(Outcome(held_at=held.at), completion.fields())
