"""Contacts as they are now. Queries look up in the timeline when one was last contacted."""

from collections.abc import Iterator

from domain.contact import Contact
from projections.read_model import Put, ReadModel, Step


def project(step: Step) -> Iterator[Put]:
    entity = step.after
    state: Contact = entity.state
    details = state.details
    row = {
        "tenant": step.tenant,
        "id": entity.id,
        "number": state.number,
        "name": details.name,
        "email": details.email,
        "phone": details.phone,
        "company": details.company,
        "title": details.title,
        "tags": details.tags,
        "owner_id": state.owner_id,
        "status": state.status,
        "stage": state.stage,
        "removed": state.removed,
        "position": entity.position,
        "created_at": entity.created.time,
        "updated_at": entity.changed.time,
        "search": "\n".join(filter(None, (details.name, details.email, details.company))).lower(),
    }
    yield Put((step.tenant, entity.id), (row,), fresh=step.before is None)


CONTACTS = ReadModel(
    name="contacts",
    kinds=frozenset({Contact.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "id": "uuid NOT NULL",
        "number": "bigint NOT NULL",
        "name": "text NOT NULL",
        "email": "text",
        "phone": "text",
        "company": "text",
        "title": "text",
        "tags": "text[] NOT NULL",
        "owner_id": "text NOT NULL",
        "status": "text NOT NULL",
        "stage": "text NOT NULL",
        "removed": "boolean NOT NULL",
        "position": "bigint NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "updated_at": "timestamptz NOT NULL",
        "search": "text NOT NULL",
    },
    key=("tenant", "id"),
    primary_key=("tenant", "id"),
    project=project,
    indexes=(
        "UNIQUE (tenant, number)",
        "(tenant, created_at DESC, id DESC) WHERE NOT removed",
        # With removed ones: an import of mail recognizes them.
        "(tenant, lower(email))",
    ),
)
