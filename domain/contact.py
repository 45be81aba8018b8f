"""A contact: its details, its owner, and the status of the relationship.

Event names and fields are storage formats and an API: versioned with care.
"""

from dataclasses import dataclass, replace
from functools import partialmethod
from typing import ClassVar

from domain.changes import apply, difference
from domain.errors import Conflict, Invalid, NotFound
from domain.event import Changes, Event, Value
from domain.fields import Line, Name, Word
from domain.mail_address import normal
from domain.relationship import (
    ALIGNED_STAGE,
    PRECEDING,
    REACTIVATED,
    LifecycleStage,
    RelationshipStatus,
)


class Details(Value):
    """The details of a contact."""

    name: Name
    """The contact's name."""
    email: Line | None = None
    """Their mail address."""
    phone: Line | None = None
    """Their telephone number, as it was written."""
    company: Line | None = None
    """The company they work for."""
    title: Line | None = None
    """Their title or position."""
    tags: tuple[Word, ...] = ()
    """Free labels."""

    @property
    def mail_address(self) -> str | None:
        """The address in its normal form; None for a text that can't be an address, as contacts
        have that were added before addresses were checked."""
        return None if self.email is None else normal(self.email)

    def check(self) -> "Details":
        """These details. Raises Invalid for an email that can't be a mail address."""
        if self.email is not None and self.mail_address is None:
            raise Invalid(
                "An email is a mail address such as ann@example.com",
                code="email_invalid",
                field="email",
            )
        return self


# Events


class ContactAdded(Event):
    """A contact came into the ledger, as a prospect in awareness, owned by `owner_id`."""

    type = "kith.contact.added.v1"
    number: int
    """The contact's number in its tenant, beside the id in the subject."""
    details: Details
    """The details of the contact."""
    owner_id: str
    """The user whose contact it is."""


class ContactDetailsChanged(Changes):
    """Details were corrected: each changed field with its old and new value."""

    type = "kith.contact.details-changed.v1"
    of = Details


class StatusMoved(Event):
    """The status and the stage of a relationship, before and after a move."""

    old_status: RelationshipStatus
    """The relationship before."""
    new_status: RelationshipStatus
    """The relationship from now on."""
    old_stage: LifecycleStage
    """The stage of the customer's life cycle before."""
    new_stage: LifecycleStage
    """The stage from now on."""
    reason: str | None = None
    """Why it moved."""
    notes: str | None = None
    """Notes about the change."""


class ContactStatusChanged(StatusMoved):
    """The relationship moved: status and stage, before and after."""

    type = "kith.contact.status-changed.v1"


class ContactReactivated(StatusMoved):
    """A relationship that had ended was taken up again, for a reason."""

    type = "kith.contact.reactivated.v1"
    reason: str
    """Why it was taken up again."""


class ContactRemoved(Event):
    """The contact left every list. Its history stays."""

    type = "kith.contact.removed.v1"


class ContactRestored(Event):
    """A removed contact came back."""

    type = "kith.contact.restored.v1"


# State


@dataclass(frozen=True, slots=True)
class Contact:
    kind: ClassVar[str] = "contact"

    number: int
    details: Details
    owner_id: str
    status: RelationshipStatus = RelationshipStatus.PROSPECT
    stage: LifecycleStage = LifecycleStage.AWARENESS
    removed: bool = False

    @staticmethod
    def evolve(state: "Contact | None", event: Event) -> "Contact":
        match event:
            case ContactAdded():
                return Contact(event.number, event.details, event.owner_id)
        assert state is not None
        match event:
            case ContactDetailsChanged():
                return replace(state, details=apply(state.details, event.changes))
            case ContactStatusChanged() | ContactReactivated():
                return replace(state, status=event.new_status, stage=event.new_stage)
            case ContactRemoved():
                return replace(state, removed=True)
            case ContactRestored():
                return replace(state, removed=False)
        raise TypeError(f"{event.type} is no event of a contact")

    # Decisions

    @staticmethod
    def add(number: int, details: Details, owner_id: str) -> list[Event]:
        """Add a contact. Raises Invalid for an email that can't be a mail address."""
        return Contact.take_over(number, details.check(), owner_id)

    @staticmethod
    def take_over(number: int, details: Details, owner_id: str) -> list[Event]:
        """Add a contact of another ledger, whose email may be older than the check."""
        return [ContactAdded(number=number, details=details, owner_id=owner_id)]

    def present(self) -> "Contact":
        """This contact. Raises NotFound if it was removed."""
        if self.removed:
            raise NotFound("Contact not found", field="contact_id")
        return self

    def change_details(self, details: Details) -> list[Event]:
        """Change the details. Raises Invalid for a new email that can't be a mail address."""
        self.present()
        if details.email != self.details.email:
            details.check()
        changes = difference(self.details, details)
        return [ContactDetailsChanged(changes=changes)] if changes else []

    def remove(self) -> list[Event]:
        return [] if self.removed else [ContactRemoved()]

    def restore(self) -> list[Event]:
        return [ContactRestored()] if self.removed else []

    def change_status(
        self,
        status: RelationshipStatus | None = None,
        stage: LifecycleStage | None = None,
        reason: str | None = None,
        notes: str | None = None,
    ) -> list[Event]:
        """Move to a status, and to the stage aligned with it unless one is given; without a status,
        only the stage moves. Raises Conflict for a status that can't follow the present one (the
        relationships document, Status Progression Rules)."""
        self.present()
        if status is None or status == self.status:
            status, aligned = self.status, self.stage
        elif self.status in PRECEDING[status]:
            aligned = ALIGNED_STAGE.get(status, self.stage)
        else:
            raise Conflict(
                f"Invalid status transition: cannot move from {self.status} to {status}",
                code="invalid_status_transition",
                field="relationship_status",
            )
        stage = stage or aligned
        if (status, stage) == (self.status, self.stage):
            return []
        return [self._moved(ContactStatusChanged, status, stage, reason, notes)]

    # The methods that the relationships document names
    progress_to_qualified_lead = partialmethod(change_status, RelationshipStatus.QUALIFIED_LEAD)
    progress_to_opportunity = partialmethod(change_status, RelationshipStatus.OPPORTUNITY)
    convert_to_client = partialmethod(change_status, RelationshipStatus.ACTIVE_CLIENT)
    mark_as_past_client = partialmethod(change_status, RelationshipStatus.PAST_CLIENT)
    mark_as_lost_lead = partialmethod(change_status, RelationshipStatus.LOST_LEAD)
    mark_as_inactive = partialmethod(change_status, RelationshipStatus.INACTIVE)

    def reactivate(self, reason: str, notes: str | None = None) -> list[Event]:
        """Take up a relationship that had ended: inactive, lost lead or past client. A prospect and
        an active client stay as they are. Raises Invalid without a reason, else Conflict."""
        self.present()
        if not reason.strip():
            raise Invalid("A reason is required to reactivate a contact", field="reason")
        if self.status in REACTIVATED.values():
            return []
        status = REACTIVATED.get(self.status)
        if status is None:
            raise Conflict(
                f"A contact that is {self.status} can't be reactivated", code="not_inactive"
            )
        return [self._moved(ContactReactivated, status, ALIGNED_STAGE[status], reason, notes)]

    def _moved(
        self,
        event: type[StatusMoved],
        status: RelationshipStatus,
        stage: LifecycleStage,
        reason: str | None,
        notes: str | None,
    ) -> Event:
        old = {"old_status": self.status, "old_stage": self.stage}
        return event(**old, new_status=status, new_stage=stage, reason=reason, notes=notes)
