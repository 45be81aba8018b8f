"""Commands that import mail from a mailbox: its correspondents, and the mails themselves.

The ids of their streams are made of the address and of the Message-ID, so that importing a mailbox
again, or twice at the same time, can't begin a stream twice.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from application.work import Work
from domain.contact import Contact, Details
from domain.errors import Invalid
from domain.interaction import Interaction
from domain.mail_address import normal
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
    """A contact for an address; the address is its name until another is known."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class NameCorrespondent:
    """A name for a contact whose name is its address. Any other name stays."""

    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class TrackMail:
    """`record.mail` identifies the mail. A mail without a contact was sent to oneself."""

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
    address = details.mail_address
    if address is None or normal(details.name) != address:
        return contact.stream
    named = details.model_copy(update={"name": command.name})
    return work.append_to(contact, contact.state.change_details(named))


async def track_mail(work: Work, command: TrackMail) -> StreamName:
    """Track a mail once, even if it was deleted since. Raises NotFound for a removed contact."""
    mail = command.record.mail
    if mail is None:
        raise Invalid("It isn't said which mail this is", field="mail")
    identity = mail_id(work.tenant, mail.message_id)
    if known := await _known(work, Interaction.kind, identity):
        return known
    if command.contact_id is not None:
        await work.contact(command.contact_id)
    number = await work.number(Interaction.kind)
    events = Interaction.track(number, command.contact_id, command.record, work.now)
    return work.begin(Interaction.kind, identity, events)


async def _known(work: Work, kind: str, identity: UUID) -> StreamName | None:
    """The stream, if it has begun. An import asks about many streams at once before it begins
    them, so the first attempt doesn't ask again; a second one does."""
    if not work.fresh:
        return None
    known = await work.load(kind, identity)
    return None if known is None else known.stream
