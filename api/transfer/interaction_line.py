"""An interaction as a line: the API's keys, and what came through the other contracts.

It is the inverse of projections.document: what that shows of a record, this makes a record of.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from api.contracts.tracking.interaction_schemas import NewInteraction, participants
from api.contracts.tracking.types import Body, Date, Id, Line, Text
from application.transfer import ImportInteraction
from domain.kinds import Direction, Kind
from domain.record import (
    Answer,
    FollowUp,
    Labels,
    Mail,
    People,
    Rapport,
    Record,
    Service,
    TacticUse,
    When,
)

KnownKind = Literal[
    "meeting",
    "call",
    "email",
    "message",
    "coffee",
    "lunch",
    "conference",
    "proposal",
    "quote",
    "contract",
    "service",
    "follow_up",
    "note",
    "update",
    "review",
    "training",
    "consultation",
]
Words = list[Annotated[str, Field(min_length=1, max_length=100)]]
"""Tags as the ledger has them; some contracts allow more of them than the native one."""

PLANNING = frozenset({"sites", "import"})
"""The contracts whose records may lie in the future: only what was exported names one."""


class TacticLine(Body):
    tactic_id: Id
    effectiveness: Annotated[int, Field(ge=1, le=5)] | None = None
    notes: Text | None = None


class AnswerLine(Body):
    question_id: int
    answer: bool | int | float | str | None = None


class MailLine(Body):
    message_id: Text
    direction: Literal["incoming", "outgoing"]
    thread_id: Text
    in_reply_to: Text | None = None
    date_source: Line = "date"

    def mail(self) -> Mail:
        return Mail(**self.model_dump() | {"direction": Direction(self.direction)})


class InteractionLine(NewInteraction):
    """`contactId` has to be there, and is null for a record that is with nobody."""

    read_only: ClassVar[frozenset[str]] = frozenset(
        {"type", "number", "createdAt", "updatedAt", "createdBy", "updatedBy"}
    )

    contact_id: Id | None
    duration: Annotated[int, Field(ge=0)] | None = None
    id: Id | None = None
    contract: Line | None = None
    redacted: bool = False
    kind: KnownKind | None = None
    word: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    timezone: Line | None = None
    date_as_written: Line | None = None
    whole_day: bool = False
    end_date: Date | None = None
    duration_seconds: Annotated[int, Field(ge=0)] | None = None
    subject: Text | None = None
    description: Text | None = None
    outcome: Text | None = None
    next_action: Text | None = None
    follow_up_date: Date | None = None
    lead: Line | None = None
    tags: Words | None = None
    restricted_tags: Words | None = None
    rapport_score: Annotated[int, Field(ge=1, le=10)] | None = None
    observed_non_verbal: Text | None = None
    tactic_logs: list[TacticLine] | None = None
    service_id: int | None = None
    custom_questions: list[AnswerLine] | None = None
    mail: MailLine | None = None

    def command(self, own_id: UUID) -> ImportInteraction:
        may_plan = self.contract in PLANNING
        return ImportInteraction(self.id or own_id, self.contact_id, self.record(), may_plan)

    def record(self) -> Record:
        kind = Kind(self.kind or self.interaction_type or Kind.NOTE)
        basic = super().record()
        return Record(
            kind=kind,
            word=self.word or kind,
            when=self._time(),
            said=basic.said.model_copy(
                update={
                    "subject": self.subject,
                    "description": self.description,
                    "outcome": self.outcome,
                }
            ),
            place=basic.place,
            follow_up=FollowUp(
                needed=self.follow_up_needed,
                notes=self.follow_up_notes,
                action=self.next_action,
                due=self.follow_up_date and self.follow_up_date.at,
            ),
            rapport=Rapport(
                score=self.rapport_score,
                non_verbal=self.observed_non_verbal,
                tactics=tuple(TacticUse(**use.model_dump()) for use in self.tactic_logs or ()),
            ),
            service=Service(
                service_id=self.service_id,
                answers=tuple(Answer(**line.model_dump()) for line in self.custom_questions or ()),
            ),
            people=People(lead=self.lead, participants=participants(self.participants)),
            labels=Labels(tags=basic.labels.tags, restricted=tuple(self.restricted_tags or ())),
            mail=self.mail and self.mail.mail(),
        )

    def _time(self) -> When:
        """An end says how long it took; without one, whole minutes do, or else seconds."""
        seconds = self.duration_seconds
        if seconds is None and self.duration is not None:
            seconds = self.duration * 60
        return When(
            at=self.date.at,
            zone=self.timezone,
            ends_at=self.end_date and self.end_date.at,
            duration=None if self.end_date else seconds,
            written=self.date_as_written,
            whole_day=self.whole_day or self.date.date_only,
        )
