"""The use of each rapport tactic per day, and its effectiveness (the rapport document)."""

from collections.abc import Iterator

from application.entity import Entity
from domain.interaction import Interaction
from projections.analytics.sums import NOBODY, summing
from projections.read_model import Add, ReadModel


def _sums(tenant: str, entity: Entity[Interaction], sign: int) -> Iterator[Add]:
    state = entity.state
    if state.deleted or state.record.labels.restricted:
        return
    day = state.record.when.at.date()
    for use in state.record.rapport.tactics:
        scored = use.effectiveness is not None
        amounts = (sign, sign * scored, sign * (use.effectiveness or 0))
        for contact_id in {NOBODY, state.contact_id} - {None}:
            yield Add((tenant, contact_id, day, use.tactic_id), amounts)


TACTIC_USE = ReadModel(
    name="tactic_use",
    kinds=frozenset({Interaction.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "contact_id": "uuid NOT NULL",
        "day": "date NOT NULL",
        "tactic_id": "uuid NOT NULL",
        "uses": "bigint NOT NULL",
        "scored": "bigint NOT NULL",
        "effectiveness": "bigint NOT NULL",
    },
    key=("tenant", "contact_id", "day", "tactic_id"),
    sums=("uses", "scored", "effectiveness"),
    project=summing(_sums),
    with_append=False,
)
