"""A contact as it was at an instant, and its status history up to then: from the events alone.

An instant stands for one position of the log for ever, because recorded times never go back. What
is derived from several streams, like last-contacted, is derived as of that same position.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from application.entity import Entity, Recorded, advance
from domain.contact import Contact
from domain.streams import StreamName
from projections.paging import Fetch
from projections.status_history.model import entry

POSITION_AT = (
    "SELECT position FROM commits WHERE recorded_at <= %s "
    "ORDER BY recorded_at DESC, position DESC LIMIT 1"
)

EVENTS = (
    "SELECT originator_id, originator_version, notification_id, topic, state FROM stored_events "
    "WHERE originator_id = ANY(%s::text[]) AND notification_id <= %s "
    "ORDER BY originator_id, originator_version"
)

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

Decode = Callable[..., Recorded]
"""Makes a recorded event of a row of EVENTS."""


class Then(NamedTuple):
    """A contact as of a position, with its history, newest first."""

    contact: Entity[Contact]
    statuses: list[dict[str, Any]]


async def contact_then(
    fetch: Fetch, decode: Decode, tenant: str, identity: UUID, instant: datetime
) -> Then | None:
    """The contact at an instant; None if it wasn't there yet, or was removed then."""
    position = await position_at(fetch, instant)
    stream = str(StreamName(tenant, Contact.kind, identity))
    contact: Entity[Contact] | None = None
    statuses = []
    for row in await fetch(EVENTS, ([stream], position)):
        recorded = decode(*row)
        contact = advance(contact, recorded)
        if shown := entry(recorded):
            statuses.append(shown)
    if contact is None or contact.state.removed:
        return None
    return Then(contact, statuses[::-1])


async def position_at(fetch: Fetch, instant: datetime) -> int:
    rows = await fetch(POSITION_AT, (instant,))
    return rows[0][0] if rows else 0


async def last_contacted_then(
    fetch: Fetch, decode: Decode, tenant: str, contact_id: UUID, instant: datetime
) -> datetime | None:
    """When the contact had last been contacted, as the ledger knew it at that instant."""
    position = await position_at(fetch, instant)
    entries = await fetch(ENTRIES, {"tenant": tenant, "contact": contact_id})  # type: ignore[arg-type]
    ids = [identity for (identity,) in entries]
    newest: datetime | None = None
    for start in range(0, len(ids), AT_ONCE):
        streams = [str(StreamName(tenant, "interaction", i)) for i in ids[start : start + AT_ONCE]]
        newest = _newest(
            newest, await _states(fetch, decode, streams, position), contact_id, instant
        )
    return newest


async def _states(
    fetch: Fetch, decode: Decode, streams: Sequence[str], position: int
) -> list[Entity]:
    entities: dict[str, Entity] = {}
    for row in await fetch(EVENTS, (list(streams), position)):
        recorded = decode(*row)
        name = str(recorded.stream)
        entities[name] = advance(entities.get(name), recorded)
    return list(entities.values())


def _newest(
    newest: datetime | None, entities: Sequence[Entity], contact_id: UUID, instant: datetime
) -> datetime | None:
    for entity in entities:
        state = entity.state
        others = {someone.contact_id for someone in state.record.people.participants}
        at = state.record.when.at
        if state.deleted or contact_id not in {state.contact_id, *others} or at > instant:
            continue
        newest = at if newest is None else max(newest, at)
    return newest
