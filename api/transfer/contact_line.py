"""A contact as a line: the API's keys, and its status history."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.contracts.tracking.contact_schemas import NewContact
from api.contracts.tracking.types import Body, Id, Stage, Status, Text
from application.contacts import ImportContact
from domain.contact import Details, StatusMoved
from domain.relationship import LifecycleStage, RelationshipStatus


class MoveLine(Body):
    """An entry of the history, without the time and the actor of the ledger that exported it."""

    read_only: ClassVar[frozenset[str]] = frozenset({"changedBy", "timestamp"})

    old_status: Status
    new_status: Status
    old_stage: Stage = Field(alias="oldLifecycleStage")
    new_stage: Stage = Field(alias="newLifecycleStage")
    reason: Text | None = None
    notes: Text | None = None


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
            tuple(StatusMoved(**entry.model_dump()) for entry in reversed(newest_first)),
            self.relationship_status and RelationshipStatus(self.relationship_status),
            self.lifecycle_stage and LifecycleStage(self.lifecycle_stage),
        )
