"""Interactions of this contract: how they become records, and what records look like here.

The types are canonical kinds, so that a contract's own word is the kind itself.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from api.contracts.relationships.types import (
    Description,
    InteractionType,
    Moment,
    Text,
)
from api.http.models import Body, Shown
from domain.kinds import Kind
from domain.record import FollowUp, Record, Said, When
from projections.timeline.document import kind_of

TYPES: dict[Kind, InteractionType] = {
    Kind.MEETING: "meeting",
    Kind.CALL: "call",
    Kind.EMAIL: "email",
    Kind.MESSAGE: "email",
    Kind.COFFEE: "meeting",
    Kind.LUNCH: "meeting",
    Kind.CONFERENCE: "meeting",
    Kind.PROPOSAL: "proposal",
    Kind.QUOTE: "quote",
    Kind.CONTRACT: "contract",
    Kind.SERVICE: "service",
    Kind.FOLLOW_UP: "follow_up",
    Kind.NOTE: "note",
    Kind.UPDATE: "note",
    Kind.REVIEW: "meeting",
    Kind.TRAINING: "service",
    Kind.CONSULTATION: "service",
}
"""Every kind in the words of this contract."""


class ContactInteractionRequest(Body):
    """An interaction that has just happened; the server sets its time."""

    type: InteractionType
    description: Description
    outcome: Text | None = None
    next_action: Text | None = None
    scheduled_follow_up: Moment | None = None

    def record(self, now: datetime) -> Record:
        due = self.scheduled_follow_up and self.scheduled_follow_up.at
        return Record(
            kind=Kind(self.type),
            word=self.type,
            when=When(at=now),
            said=Said(description=self.description, outcome=self.outcome),
            follow_up=FollowUp(
                needed=True if due or self.next_action else None,
                action=self.next_action,
                due=due,
            ),
        )


class PageQuery(BaseModel):
    skip: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class ContactInteraction(Shown):
    id: UUID
    contact_id: UUID
    type: InteractionType
    description: str | None
    timestamp: str
    outcome: str | None
    next_action: str | None
    scheduled_follow_up: str | None
    performed_by: str
    performed_by_id: str


class ContactInteractions(Shown):
    interactions: list[ContactInteraction]
    total: int
    skip: int
    limit: int


def interaction_shown(document: dict[str, Any], contact_id: UUID) -> dict[str, Any]:
    """The ledger's own document of an interaction, of any contract, in the form of this
    contract."""
    kind = TYPES[kind_of(document)]
    author = document["createdBy"]
    redacted = bool(document.get("redacted"))
    shown = {
        "id": document["id"],
        "contact_id": contact_id,
        "type": kind,
        "description": None if redacted else _description(document, kind),
        "timestamp": document["date"],
        "outcome": document.get("outcome"),
        "next_action": document.get("nextAction", document["followUpNotes"]),
        "scheduled_follow_up": document.get("followUpDate"),
        "performed_by": author["name"],
        "performed_by_id": author["id"],
    }
    return shown | {"redacted": True} if redacted else shown


def _description(document: dict[str, Any], kind: str) -> str:
    """The description; for a record without one, its nearest text."""
    nearest = (
        document.get("description"),
        document.get("subject"),
        document["notes"],
        ", ".join(document["topicsDiscussed"]),
        kind,
    )
    return next(text for text in nearest if text)
