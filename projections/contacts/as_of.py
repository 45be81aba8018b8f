"""A contact as of an instant, folded from the events.

Recorded times never go back, so an instant stands for one position of the log for ever. A value
that is derived from several streams, such as last-contacted, is derived as of that position.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from application.entity import Entity, advance
from application.ports import Past
from domain.contact import Contact
from domain.errors import NotFound
from domain.interaction import Interaction
from domain.streams import StreamName
from projections.paging import Fetch

ENTRIES = (
    "SELECT id FROM timeline WHERE tenant = %(tenant)s AND contact_id = %(contact)s "
    "UNION SELECT id FROM former_entries "
    "WHERE tenant = %(tenant)s AND contact_id = %(contact)s"
)

AT_ONCE = 1000
"""Streams read at a time."""


async def contact_then(
    past: Past, tenant: str, identity: UUID, instant: datetime
) -> Entity[Contact]:
    """The contact at an instant. Raises NotFound if there was none, or if it was removed then."""
    stream = StreamName(tenant, Contact.kind, identity)
    position = await past.position_at(instant)
    async for contact in _entities(past, [stream], position):
        if not contact.state.removed:
            return contact
    raise NotFound("There was no such contact then", code="contact_not_found")


async def last_contacted_then(
    past: Past, fetch: Fetch, tenant: str, contact_id: UUID, instant: datetime
) -> datetime | None:
    """The contact's last-contacted time, as the ledger knew it at an instant."""
    position = await past.position_at(instant)
    entries = await fetch(ENTRIES, {"tenant": tenant, "contact": contact_id})  # type: ignore[arg-type]
    streams = [StreamName(tenant, Interaction.kind, identity) for (identity,) in entries]
    newest: datetime | None = None
    for start in range(0, len(streams), AT_ONCE):
        async for entity in _entities(past, streams[start : start + AT_ONCE], position):
            state, at = entity.state, entity.state.record.when.at
            if not state.deleted and contact_id in state.contacts and at <= instant:
                newest = at if newest is None else max(newest, at)
    return newest


async def _entities(
    past: Past, streams: Sequence[StreamName], position: int
) -> AsyncIterator[Entity]:
    """The entities of streams as of a position, one after the other: none is kept."""
    entity: Entity | None = None
    async for recorded in past.upto(streams, position):
        if entity is not None and entity.stream != recorded.stream:
            yield entity
            entity = None
        entity = advance(entity, recorded)
    if entity is not None:
        yield entity
