"""Contacts as they are now. Queries look up in the timeline when one was last contacted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.entity import Entity
from domain.contact import Contact
from projections.read_model import Put, ReadModel, Step, columns_of


@dataclass(frozen=True)
class ContactRow:
    """A contact as it is now; `position` is that of its last event."""

    id: UUID
    number: int
    name: str
    email: str | None
    phone: str | None
    company: str | None
    title: str | None
    tags: tuple[str, ...]
    owner_id: str
    status: str
    stage: str
    removed: bool
    position: int
    created_at: datetime
    updated_at: datetime


def row_of(entity: Entity[Contact]) -> ContactRow:
    """The contact of an entity."""
    state = entity.state
    return ContactRow(
        id=entity.id,
        number=state.number,
        **dict(state.details),
        owner_id=state.owner_id,
        status=state.status,
        stage=state.stage,
        removed=state.removed,
        position=entity.position,
        created_at=entity.created.time,
        updated_at=entity.changed.time,
    )


def project(step: Step) -> Iterator[Put]:
    contact = row_of(step.after)
    searched = filter(None, (contact.name, contact.email, contact.company))
    row = {
        "tenant": step.tenant,
        **vars(contact),
        "mail_address": step.after.state.details.mail_address,
        "search": "\n".join(searched).lower(),
    }
    yield Put((step.tenant, contact.id), (row,), fresh=step.before is None)


CONTACTS = ReadModel(
    name="contacts",
    kinds=frozenset({Contact.kind}),
    columns=columns_of(ContactRow) | {"mail_address": "text", "search": "text NOT NULL"},
    key=("tenant", "id"),
    project=project,
    indexes=(
        "UNIQUE (tenant, number)",
        "(tenant, created_at DESC, id DESC) WHERE NOT removed",
        # With removed ones: an import of mail recognizes them.
        "(tenant, mail_address)",
    ),
    version=2,  # 1 had no mail_address
)
