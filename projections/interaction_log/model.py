"""The events of a contact's interactions, by whom and when (the clients document, event names).

A row names an event, never the content of the interaction.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json

from domain.interaction import Interaction, InteractionAmended, InteractionDeleted
from projections.paging import Fetch
from projections.read_model import Put, ReadModel, Step, columns_of

DONE = {InteractionAmended: "updated", InteractionDeleted: "deleted"}
"""The operation of an event; every other event has created the interaction."""


class LogEntry(NamedTuple):
    """`number` is the interaction's, `position` that of the event in the log; `actor` is JSON."""

    contact_id: UUID
    position: int
    number: int
    done: str
    at: datetime
    actor: str


def project(step: Step) -> Iterator[Put]:
    state: Interaction = step.after.state
    if state.contact_id is None:
        return
    position, envelope = step.recorded.position, step.recorded.envelope
    done = DONE.get(type(step.recorded.event), "created")
    actor = to_json(envelope.actor.shown).decode()
    entry = LogEntry(state.contact_id, position, state.number, done, envelope.time, actor)
    row = {"tenant": step.tenant} | entry._asdict()
    yield Put((step.tenant, state.contact_id, position), (row,), fresh=True)


INTERACTION_LOG = ReadModel(
    name="interaction_log",
    kinds=frozenset({Interaction.kind}),
    columns=columns_of(LogEntry),
    key=("tenant", "contact_id", "position"),
    project=project,
    with_append=False,
)


COLUMNS = ", ".join(LogEntry._fields)


async def page(
    fetch: Fetch, tenant: str, contact_id: UUID, limit: int, before: int | None = None
) -> tuple[list[LogEntry], int | None]:
    """A page, newest first, and the position before which the next begins; None on the last."""
    sql = (
        f"SELECT {COLUMNS} FROM interaction_log "
        "WHERE tenant = %s AND contact_id = %s AND position < %s ORDER BY position DESC LIMIT %s"
    )
    rows = await fetch(sql, (tenant, contact_id, before or 2**63 - 1, limit + 1))
    entries = [LogEntry._make(row) for row in rows[:limit]]
    return entries, entries[-1].position if len(rows) > limit else None
