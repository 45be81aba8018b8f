"""Commands about contacts, one handler each.

An import decides as if its contact were added now and moved step by step: a history that the rules
don't allow can't be imported. Its email is taken as it is: an export may be older than the check. A
contact that is there already stays as it is.
"""

from dataclasses import dataclass
from uuid import UUID

from application.work import Work
from domain.changes import Fields, patched
from domain.contact import Contact, Details, StatusMoved
from domain.errors import Invalid
from domain.event import Event
from domain.relationship import REACTIVATED, LifecycleStage, RelationshipStatus
from domain.streams import StreamName

REASON = "Imported"
"""The reason of moves that were made only to reach the imported status."""

PROGRESSION = (
    RelationshipStatus.PROSPECT,
    RelationshipStatus.QUALIFIED_LEAD,
    RelationshipStatus.OPPORTUNITY,
    RelationshipStatus.ACTIVE_CLIENT,
    RelationshipStatus.PAST_CLIENT,
)


@dataclass(frozen=True, slots=True)
class AddContact:
    """The contact belongs to the caller, unless an `owner` is named."""

    details: Details
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeContactDetails:
    """`fields` of the details are set; all others stay."""

    contact_id: UUID
    fields: Fields


@dataclass(frozen=True, slots=True)
class ChangeContactStatus:
    contact_id: UUID
    status: RelationshipStatus | None = None
    stage: LifecycleStage | None = None
    reason: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class ReactivateContact:
    contact_id: UUID
    reason: str
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveContact:
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class RestoreContact:
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class ImportContact:
    """`moves` are its status history, the oldest first; `status` and `stage` where it stands."""

    contact_id: UUID
    details: Details
    owner: str | None = None
    moves: tuple[StatusMoved, ...] = ()
    status: RelationshipStatus | None = None
    stage: LifecycleStage | None = None


async def add_contact(work: Work, command: AddContact) -> StreamName:
    number = await work.number(Contact.kind)
    events = Contact.add(number, command.details, command.owner or work.user)
    return work.begin(Contact.kind, work.new_id(Contact.kind), events)


async def change_contact_details(work: Work, command: ChangeContactDetails) -> StreamName:
    contact = work.checked(await work.contact(command.contact_id))
    details = patched(contact.state.details, command.fields)
    return work.append_to(contact, contact.state.change_details(details))


async def change_contact_status(work: Work, command: ChangeContactStatus) -> StreamName:
    contact = work.checked(await work.contact(command.contact_id))
    events = contact.state.change_status(
        command.status, command.stage, command.reason, command.notes
    )
    return work.append_to(contact, events)


async def reactivate_contact(work: Work, command: ReactivateContact) -> StreamName:
    contact = work.checked(await work.contact(command.contact_id))
    return work.append_to(contact, contact.state.reactivate(command.reason, command.notes))


async def remove_contact(work: Work, command: RemoveContact) -> StreamName:
    contact = work.checked(await work.contact(command.contact_id))
    return work.append_to(contact, contact.state.remove())


async def restore_contact(work: Work, command: RestoreContact) -> StreamName:
    contact = work.checked(await work.contact(command.contact_id, removed=True))
    return work.append_to(contact, contact.state.restore())


async def import_contact(work: Work, command: ImportContact) -> StreamName:
    if known := await work.load(Contact.kind, command.contact_id):
        return known.stream
    number = await work.number(Contact.kind)
    events = Contact.take_over(number, command.details, command.owner or work.user)
    contact = Contact.evolve(None, events[0])
    for move in command.moves:
        if (move.old_status, move.old_stage) != (contact.status, contact.stage):
            raise Invalid("The status history has a gap", field="moves")
        contact = _after(contact, events, _moved(contact, move))
    contact = _progressed(contact, events, command.status)
    if command.stage is not None:
        _after(contact, events, contact.change_status(stage=command.stage, reason=REASON))
    return work.begin(Contact.kind, command.contact_id, events)


def _moved(contact: Contact, move: StatusMoved) -> list[Event]:
    if move.new_status == REACTIVATED.get(contact.status):
        return contact.reactivate(move.reason or "", move.notes)
    return contact.change_status(move.new_status, move.new_stage, move.reason, move.notes)


def _progressed(
    contact: Contact, events: list[Event], status: RelationshipStatus | None
) -> Contact:
    """The contact at a status, moved there through those between if the rules require them."""
    if status is None or status == contact.status:
        return contact
    steps = [status]
    if status in PROGRESSION and contact.status in PROGRESSION:
        here = PROGRESSION.index(contact.status)
        steps = list(PROGRESSION[here + 1 : PROGRESSION.index(status) + 1]) or steps
    for step in steps:
        contact = _after(contact, events, contact.change_status(step, reason=REASON))
    return contact


def _after(contact: Contact, events: list[Event], decided: list[Event]) -> Contact:
    for event in decided:
        contact = Contact.evolve(contact, event)
    events += decided
    return contact
