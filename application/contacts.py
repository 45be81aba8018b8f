"""Commands about contacts, one handler each."""

from dataclasses import dataclass
from uuid import UUID

from application.work import Work
from domain.changes import Fields, patched
from domain.contact import Contact, Details
from domain.relationship import LifecycleStage, RelationshipStatus
from domain.streams import StreamName


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
