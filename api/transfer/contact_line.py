"""A contact as a line: the API's keys, and its status history."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.contracts.tracking.contact_schemas import NewContact
from api.contracts.tracking.types import Body, Id, Stage, Status, Text
from application.contacts import ImportContact, Move
from domain.contact import Details
from domain.relationship import LifecycleStage, RelationshipStatus


class MoveLine(Body):
    """An entry of the history, without the time and the actor of the ledger that exported it."""

    read_only: ClassVar[frozenset[str]] = frozenset({"changedBy", "timestamp"})

    old_status: Status
    new_status: Status
    old_lifecycle_stage: Stage
    new_lifecycle_stage: Stage
    reason: Text | None = None
    notes: Text | None = None

    def move(self) -> Move:
        return Move(
            RelationshipStatus(self.old_status),
            LifecycleStage(self.old_lifecycle_stage),
            RelationshipStatus(self.new_status),
            LifecycleStage(self.new_lifecycle_stage),
            self.reason,
            self.notes,
        )


class ContactLine(NewContact):
    read_only: ClassVar[frozenset[str]] = frozenset(
        {"type", "number", "lastContacted", "createdAt", "updatedAt"}
    )

    id: Id | None = None
    owner_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    relationship_status: Status | None = None
    lifecycle_stage: Stage | None = None
    status_history: list[MoveLine] | None = None

    def command(self, own_id: UUID) -> ImportContact:
        newest_first = self.status_history or []
        return ImportContact(
            self.id or own_id,
            Details(**self.fields_of(Details)),
            self.owner_id,
            tuple(entry.move() for entry in reversed(newest_first)),
            self.relationship_status and RelationshipStatus(self.relationship_status),
            self.lifecycle_stage and LifecycleStage(self.lifecycle_stage),
        )
