"""The tactics a tenant added, changed or hid; with the built-in ones they are its catalogue.

The row of a built-in tactic has its texts as of the event: a change of a built-in text needs a new
version of this read model.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from application.catalogue import ENTRY_BYTES, untouched
from application.entity import Entity
from domain.tactic import BUILT_IN, BUILT_IN_SINCE, Tactic
from projections.aggregate_rows import aggregate_rows
from projections.paging import Fetch


class TacticRow(NamedTuple):
    """A tactic of a tenant; `position` is 0 for a built-in one without events."""

    id: UUID
    name: str
    domain: str
    description: str
    evidence: str | None
    hidden: bool
    created_at: datetime
    updated_at: datetime
    position: int

    @property
    def built_in(self) -> bool:
        return self.id in BUILT_IN


def row_of(entity: Entity[Tactic]) -> TacticRow:
    """The tactic of an entity."""
    guidance = entity.state.guidance
    return TacticRow(
        entity.id,
        guidance.name,
        guidance.domain.value,
        guidance.description,
        guidance.evidence,
        entity.state.hidden,
        BUILT_IN_SINCE if entity.id in BUILT_IN else entity.created.time,
        entity.changed.time,
        entity.position,
    )


UNTOUCHED = {identity: row_of(untouched("", Tactic.kind, identity)) for identity in BUILT_IN}


TACTICS = aggregate_rows("tactics", Tactic.kind, TacticRow, row_of)

COLUMNS = ", ".join(TacticRow._fields)


async def catalogue(fetch: Fetch, tenant: str) -> list[TacticRow]:
    """The tactics of a tenant, with hidden ones: built-in ones, then its own, oldest first."""
    rows = await fetch(
        f"SELECT {COLUMNS} FROM tactics WHERE tenant = %s ORDER BY created_at, id", (tenant,)
    )
    touched = {row.id: row for row in map(TacticRow._make, rows)}
    return list((UNTOUCHED | touched).values())


async def size_of_others(fetch: Fetch, tenant: str, identity: UUID | None = None) -> int:
    """The bytes of a tenant's tactics, but for one."""
    rows = await fetch(
        "SELECT coalesce(sum(%s + octet_length(concat(name, description, evidence))), 0) "
        "FROM tactics WHERE tenant = %s AND id IS DISTINCT FROM %s",
        (ENTRY_BYTES, tenant, identity),
    )
    return int(rows[0][0])


async def named(fetch: Fetch, tenant: str, ids: Sequence[UUID]) -> dict[UUID, TacticRow]:
    """The tactics with these ids, hidden or not. Unknown ids are left out."""
    if not ids:
        return {}
    rows = await fetch(
        f"SELECT {COLUMNS} FROM tactics WHERE tenant = %s AND id = ANY(%s)", (tenant, list(ids))
    )
    known = {identity: UNTOUCHED[identity] for identity in ids if identity in UNTOUCHED}
    return known | {row.id: row for row in map(TacticRow._make, rows)}
