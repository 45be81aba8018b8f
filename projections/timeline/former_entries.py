"""Entries that have left a contact's timeline: of interactions deleted, or of former participants.

No list shows them. Queries as of an instant start here, because an interaction deleted since was
an entry then; and a contract tells a deleted interaction from one that never was.
"""

from collections.abc import Iterator
from uuid import UUID

from domain.interaction import Interaction
from projections.paging import Fetch
from projections.read_model import ROW, Put, ReadModel, Step


def _left(before: Interaction, after: Interaction) -> set[UUID]:
    """The contacts whose timelines the interaction leaves."""
    if before.deleted:
        return set()
    return before.contacts - (set() if after.deleted else after.contacts)


def _size(before: Interaction | None, after: Interaction, _content: int) -> int:
    if before is None:
        return 0
    tags = sum(len(tag.encode()) for tag in after.record.labels.restricted)
    return len(_left(before, after)) * (ROW + tags)


def project(step: Step) -> Iterator[Put]:
    if step.before is None:
        return
    after = step.after.state
    for contact_id in sorted(_left(step.before.state, after), key=str):
        key = (step.tenant, contact_id, step.after.id)
        row = dict(zip(FORMER_ENTRIES.key, key, strict=True))
        row |= {"number": after.number, "restricted": after.record.labels.restricted}
        yield Put(key, (row,))


FORMER_ENTRIES = ReadModel(
    name="former_entries",
    kinds=frozenset({Interaction.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "contact_id": "uuid NOT NULL",
        "id": "uuid NOT NULL",
        "number": "bigint NOT NULL",
        "restricted": "text[] NOT NULL",
    },
    key=("tenant", "contact_id", "id"),
    project=project,
    size=_size,
    indexes=("(tenant, contact_id, number)",),
)


async def has(fetch: Fetch, tenant: str, contact_id: UUID, reference: UUID | int) -> bool:
    """True if the interaction with an id or a number is a former entry of the contact."""
    by = "id" if isinstance(reference, UUID) else "number"
    sql = f"SELECT FROM former_entries WHERE tenant = %s AND contact_id = %s AND {by} = %s"
    return bool(await fetch(sql, (tenant, contact_id, reference)))
