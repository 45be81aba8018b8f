"""A contact as of an instant, and its status history up to then: folded from the events.

Recorded times never go back, so an instant stands for one position of the log for ever. A value
that is derived from several streams, such as last-contacted, is derived as of that position.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from application.entity import Entity, advance
from application.ports import Past
from domain.contact import Contact
from domain.errors import NotFound
from domain.interaction import Interaction
from domain.streams import StreamName
from projections.paging import Fetch
from projections.status_history.model import entry

ENTRIES = (
    "SELECT id FROM timeline WHERE tenant = %(tenant)s AND contact_id = %(contact)s "
    "UNION SELECT id FROM former_entries "
    "WHERE tenant = %(tenant)s AND contact_id = %(contact)s"
)

STATUSES = (
    "SELECT document FROM status_history WHERE tenant = %s AND contact_id = %s "
    "ORDER BY version DESC"
)

AT_ONCE = 1000
"""Streams read at a time."""


class Then(NamedTuple):
    """A contact as of a position, with its history, newest first."""

    contact: Entity[Contact]
    statuses: list[dict[str, Any]]


async def contact_then(past: Past, tenant: str, identity: UUID, instant: datetime) -> Then:
    """The contact at an instant. Raises NotFound if there was none, or if it was removed then."""
    contact: Entity[Contact] | None = None
    statuses = []
    stream = StreamName(tenant, Contact.kind, identity)
    for recorded in await past.upto([stream], await past.position_at(instant)):
        contact = advance(contact, recorded)
        if shown := entry(recorded):
            statuses.append(shown)
    if contact is None or contact.state.removed:
        raise NotFound("There was no such contact then", code="contact_not_found")
    return Then(contact, statuses[::-1])


async def last_contacted_then(
    past: Past, fetch: Fetch, tenant: str, contact_id: UUID, instant: datetime
) -> datetime | None:
    """The contact's last-contacted time, as the ledger knew it at an instant."""
    position = await past.position_at(instant)
    entries = await fetch(ENTRIES, {"tenant": tenant, "contact": contact_id})  # type: ignore[arg-type]
    streams = [StreamName(tenant, Interaction.kind, identity) for (identity,) in entries]
    newest: datetime | None = None
    for start in range(0, len(streams), AT_ONCE):
        entities: dict[StreamName, Entity] = {}
        for recorded in await past.upto(streams[start : start + AT_ONCE], position):
            name = recorded.stream
            entities[name] = advance(entities.get(name), recorded)
        for entity in entities.values():
            state, at = entity.state, entity.state.record.when.at
            if not state.deleted and contact_id in state.contacts and at <= instant:
                newest = at if newest is None else max(newest, at)
    return newest
