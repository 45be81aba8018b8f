"""Commands that take over mail from a mailbox: its correspondents, and the mails themselves.

Both are begun under ids made of what they stand for, so that importing a mailbox again, or two at
the same time, can't make anything twice.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from application.work import Work
from domain.contact import Contact, Details
from domain.errors import Invalid
from domain.interaction import Interaction
from domain.record import Record
from domain.streams import StreamName

MAILS = UUID("5a1f3c0e-7d53-5b0a-9a43-6a0f1f0f8d21")
CORRESPONDENTS = UUID("c3f6a1d8-52c4-5f39-8e0b-3d0b6a1e9f57")


def mail_id(tenant: str, message_id: str) -> UUID:
    """The id of the interaction that a mail becomes."""
    return uuid5(MAILS, f"{tenant}\n{message_id}")


def correspondent_id(tenant: str, email: str) -> UUID:
    """The id of the contact that is made for an address, in its normal form."""
    return uuid5(CORRESPONDENTS, f"{tenant}\n{email}")


@dataclass(frozen=True, slots=True)
class AddCorrespondent:
    """A contact for an address, named after it until a name is known."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class NameCorrespondent:
    """The name of a contact that so far is named after its address only."""

    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class TrackMail:
    """`record.mail` says which mail it is; without a contact it was to oneself."""

    record: Record
    contact_id: UUID | None


async def add_correspondent(work: Work, command: AddCorrespondent) -> StreamName:
    identity = correspondent_id(work.tenant, command.email)
    if known := await _known(work, Contact.kind, identity):
        return known
    details = Details(name=command.name or command.email, email=command.email)
    events = Contact.add(await work.number(Contact.kind), details, work.user)
    return work.begin(Contact.kind, identity, events)


async def name_correspondent(work: Work, command: NameCorrespondent) -> StreamName:
    contact = await work.contact(command.contact_id)
    details = contact.state.details
    if details.email is None or details.name.lower() != details.email.lower():
        return contact.stream
    named = details.model_copy(update={"name": command.name})
    return work.append_to(contact, contact.state.change_details(named))


async def track_mail(work: Work, command: TrackMail) -> StreamName:
    """Take a mail over once, even if it was deleted since. NotFound if the contact was removed."""
    mail = command.record.mail
    if mail is None:
        raise Invalid("It isn't said which mail this is", field="mail")
    identity = mail_id(work.tenant, mail.message_id)
    if known := await _known(work, Interaction.kind, identity):
        return known
    if command.contact_id is not None:
        await work.contact(command.contact_id)
    number = await work.number(Interaction.kind)
    events = Interaction.track(None, number, command.contact_id, command.record, work.now)
    return work.begin(Interaction.kind, identity, events)


async def _known(work: Work, kind: str, identity: UUID) -> StreamName | None:
    """The stream, if it has begun. An import asks about many at once before it tracks them, so
    the first attempt takes it that it hasn't, and a second one knows."""
    if not work.fresh:
        return None
    known = await work.load(kind, identity)
    return None if known is None else known.stream
