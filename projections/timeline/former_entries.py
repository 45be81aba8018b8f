"""Where interactions used to stand: entries that have left a contact's timeline.

Nothing shows them; questions about the past start here, because what was deleted since was still
there then, and who names it by its number is told that it is gone.
"""

from collections.abc import Iterator
from uuid import UUID

from application.entity import Entity
from domain.interaction import Interaction
from projections.read_model import Put, ReadModel, Step


def project(step: Step) -> Iterator[Put]:
    if step.before is None:
        return
    for contact_id in sorted(_contacts(step.before) - _contacts(step.after), key=str):
        key = (step.tenant, contact_id, step.after.id)
        state = step.after.state
        row = dict(zip(FORMER_ENTRIES.key, key, strict=True))
        row |= {"number": state.number, "restricted": state.record.labels.restricted}
        yield Put(key, (row,))


def _contacts(entity: Entity[Interaction] | None) -> set[UUID]:
    if entity is None or entity.state.deleted:
        return set()
    state = entity.state
    others = {someone.contact_id for someone in state.record.people.participants}
    return {contact for contact in (state.contact_id, *others) if contact is not None}


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
    primary_key=("tenant", "contact_id", "id"),
    project=project,
    indexes=("(tenant, contact_id, number)",),
)
