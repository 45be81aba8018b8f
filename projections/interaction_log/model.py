"""The events of a contact's interactions, by whom and when (the clients document, event names).

A row names an event, never the content of the interaction.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json

from domain.interaction import Interaction, InteractionAmended, InteractionDeleted
from projections.paging import Fetch
from projections.read_model import Put, ReadModel, Step

CREATED, UPDATED, DELETED = "created", "updated", "deleted"
DONE = {InteractionAmended: UPDATED, InteractionDeleted: DELETED}
"""The operation of an event; every other event creates the interaction."""


def project(step: Step) -> Iterator[Put]:
    state: Interaction = step.after.state
    if state.contact_id is None:
        return
    position, envelope = step.recorded.position, step.recorded.envelope
    row = {
        "tenant": step.tenant,
        "contact_id": state.contact_id,
        "position": position,
        "number": state.number,
        "done": DONE.get(type(step.recorded.event), CREATED),
        "at": envelope.time,
        "actor": to_json(envelope.actor.shown).decode(),
    }
    yield Put((step.tenant, state.contact_id, position), (row,), fresh=True)


INTERACTION_LOG = ReadModel(
    name="interaction_log",
    kinds=frozenset({Interaction.kind}),
    columns={
        "tenant": 'text COLLATE "C" NOT NULL',
        "contact_id": "uuid NOT NULL",
        "position": "bigint NOT NULL",
        "number": "bigint NOT NULL",
        "done": "text NOT NULL",
        "at": "timestamptz NOT NULL",
        "actor": "text NOT NULL",
    },
    key=("tenant", "contact_id", "position"),
    project=project,
    with_append=False,
)


class Entry(NamedTuple):
    """`number` is the interaction's, `position` that of the event in the log."""

    position: int
    number: int
    done: str
    at: datetime
    actor: dict[str, Any]


async def page(
    fetch: Fetch, tenant: str, contact_id: UUID, limit: int, before: int | None = None
) -> tuple[list[Entry], int | None]:
    """A page, newest first, and the position before which the next begins; None on the last."""
    sql = (
        "SELECT position, number, done, at, actor FROM interaction_log "
        "WHERE tenant = %s AND contact_id = %s AND position < %s ORDER BY position DESC LIMIT %s"
    )
    rows = await fetch(sql, (tenant, contact_id, before or 2**63 - 1, limit + 1))
    entries = [
        Entry(position, number, done, at, from_json(actor))
        for position, number, done, at, actor in rows[:limit]
    ]
    return entries, entries[-1].position if len(rows) > limit else None
