"""Bodies and queries about contacts and their relationship status."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.contracts.tracking.interaction_schemas import PageNumber, PageSize
from api.contracts.tracking.types import (
    Body,
    Line,
    Name,
    PageShown,
    Query,
    QueryDate,
    Reason,
    RecordShown,
    Stage,
    Status,
    Tags,
    Text,
    Time,
)
from api.http.models import Shown
from projections.contacts.queries import ListedContact
from projections.timeline.shape import PersonShown


class NewContact(Body):
    """A new contact belongs to the user who adds it, and is a prospect in awareness."""

    read_only: ClassVar[frozenset[str]] = frozenset(
        "id number ownerId relationshipStatus lifecycleStage lastContacted createdAt updatedAt "
        "asOf".split()
    )

    name: Name
    email: Line | None = None
    phone: Line | None = None
    company: Line | None = None
    title: Line | None = None
    tags: Tags | None = None


class ContactChanges(NewContact):
    """The fields to change. A field that is left out stays; null clears one that may be null."""

    name: Name = ""


class ContactQuery(Query):
    """`search` looks in name, email and company."""

    search: Annotated[str, Field(max_length=200)] | None = None
    relationship_status: Status | None = None
    lifecycle_stage: Stage | None = None
    owner_id: Annotated[str, Field(max_length=255)] | None = None
    page: PageNumber = 1
    page_size: PageSize = 20
    cursor: Annotated[str, Field(max_length=500)] | None = None


class AsOfQuery(Query):
    """`asOf` answers with the state at that instant, from the events. Needs `audit`."""

    as_of: QueryDate | None = None


class StatusHistoryQuery(AsOfQuery):
    limit: Annotated[int, Field(ge=1, le=500)] = 500
    cursor: Annotated[str, Field(max_length=500)] | None = None


class StatusChange(Body):
    """Where the relationship moves. A stage that isn't given aligns by itself."""

    relationship_status: Status | None = None
    lifecycle_stage: Stage | None = None
    reason: Text | None = None
    notes: Text | None = None


class Reactivation(Body):
    """Why a relationship that had ended is taken up again."""

    reason: Reason
    notes: Text | None = None


class ContactShown(RecordShown):
    id: UUID
    number: int
    name: str
    email: str | None
    phone: str | None
    company: str | None
    title: str | None
    tags: list[str]
    ownerId: str
    relationshipStatus: Status = Field(validation_alias="status")
    lifecycleStage: Stage = Field(validation_alias="stage")
    lastContacted: Time | None
    createdAt: Time
    updatedAt: Time


class ContactsShown(PageShown):
    items: list[ContactShown]


class StatusEntryShown(Shown):
    oldStatus: Status
    newStatus: Status
    oldLifecycleStage: Stage
    newLifecycleStage: Stage
    reason: str | None
    notes: str | None
    changedBy: PersonShown
    timestamp: str


class StatusHistoryShown(Shown):
    """Newest first, complete for ever. `next` is the cursor of the next page."""

    items: list[StatusEntryShown]
    next: str | None


def contact_tag(row: ListedContact) -> str:
    """The entity tag: the position of the contact's own last event, and its last contact, which
    comes from the timeline."""
    if row.last_contacted is None:
        return f'"{row.position}"'
    return f'"{row.position}-{int(row.last_contacted.timestamp() * 1_000_000):x}"'
