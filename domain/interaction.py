"""An interaction: something that passed between the business and, usually, a contact.

Event names and fields are storage formats and an API: versioned with care.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.changes import apply, difference
from domain.errors import Invalid, NotFound
from domain.event import Changes, Event
from domain.record import Record

# Events


class Written(Event):
    """The first event of an interaction, whatever its type."""

    number: int
    """The interaction's number in its tenant, beside the id in the subject."""
    contact_id: UUID | None = None
    """The contact it is with; absent where it is with none."""
    record: Record
    """All that was written down."""


class InteractionLogged(Written):
    """Something that has happened was written down."""

    type = "kith.interaction.logged.v1"


class InteractionPlanned(Written):
    """Something that is to happen was written down (the sites document allows a future start)."""

    type = "kith.interaction.planned.v1"


class EmailExchangeTracked(Written):
    """A mail was taken over from a mailbox; `record.mail` says where it belongs."""

    type = "kith.email-exchange.tracked.v1"


class _WithContact(Event):
    contact_id: UUID | None = None
    """The contact it is with; absent where it is with none."""


class InteractionAmended(Changes, _WithContact):
    """The record was corrected or completed: each changed field with its old and new value."""

    type = "kith.interaction.amended.v1"
    of = Record


class InteractionDeleted(_WithContact):
    """The record left every list, count and analytic. Its history stays."""

    type = "kith.interaction.deleted.v1"


# State


@dataclass(frozen=True, slots=True)
class Interaction:
    kind: ClassVar[str] = "interaction"

    number: int
    contact_id: UUID | None
    record: Record
    deleted: bool = False

    @staticmethod
    def evolve(state: "Interaction | None", event: Event) -> "Interaction":
        match event:
            case Written():
                return Interaction(event.number, event.contact_id, event.record)
        assert state is not None
        match event:
            case InteractionAmended():
                return replace(state, record=apply(state.record, event.changes))
            case InteractionDeleted():
                return replace(state, deleted=True)
        raise TypeError(f"{event.type} is no event of an interaction")

    @property
    def contacts(self) -> set[UUID]:
        """The contacts whose timelines it is in: its own, and those that took part."""
        taking_part = {someone.contact_id for someone in self.record.people.participants}
        return {contact for contact in (self.contact_id, *taking_part) if contact is not None}

    # Decisions

    @staticmethod
    def log(
        number: int,
        contact_id: UUID | None,
        record: Record,
        now: datetime,
        *,
        may_plan: bool = False,
    ) -> list[Event]:
        """Log the record. A record dated in the future is planned if `may_plan`, else refused."""
        is_future = check_record(record, now, may_plan=may_plan)
        event = InteractionPlanned if is_future else InteractionLogged
        return [event(number=number, contact_id=contact_id, record=record)]

    @staticmethod
    def track(number: int, contact_id: UUID | None, record: Record, now: datetime) -> list[Event]:
        """Take over a mail, in a stream whose name is derived from the Message-ID."""
        check_record(record, now, may_plan=False)
        return [EmailExchangeTracked(number=number, contact_id=contact_id, record=record)]

    def present(self) -> "Interaction":
        """This interaction. Raises NotFound if it was deleted."""
        if self.deleted:
            raise NotFound("Interaction not found")
        return self

    def amend(self, record: Record, now: datetime, *, may_plan: bool = False) -> list[Event]:
        self.present()
        changes = difference(self.record, record)
        if not changes:
            return []
        if record.when != self.record.when:
            check_record(record, now, may_plan=may_plan)
        return [InteractionAmended(contact_id=self.contact_id, changes=changes)]

    def delete(self) -> list[Event]:
        return [] if self.deleted else [InteractionDeleted(contact_id=self.contact_id)]


LONGEST = 2**40
"""The longest duration in seconds: far beyond any calendar, and the sum of millions of them still
fits a bigint."""


def check_record(record: Record, now: datetime, *, may_plan: bool) -> bool:
    """True for a date in the future. Raises Invalid for such a date, unless `may_plan`, and for a
    duration that is negative or over LONGEST (the tracking document)."""
    is_future = record.when.is_future(now)
    if is_future and not may_plan:
        raise Invalid(
            "An interaction can't be dated in the future", code="date_in_future", field="when.at"
        )
    seconds = record.when.seconds
    if seconds is not None and seconds < 0:
        raise Invalid(
            "An interaction can't end before it starts", code="ends_before_start", field="when.end"
        )
    if seconds is not None and seconds > LONGEST:
        raise Invalid(
            f"An interaction takes up to {LONGEST} seconds",
            code="duration_out_of_range",
            field="when.duration",
        )
    return is_future
