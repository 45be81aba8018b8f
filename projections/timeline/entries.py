"""Single interactions as entries of a contact's timeline."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch
from projections.timeline.queries import ENTRIES, SHOWN


class Entry(NamedTuple):
    """The document, the contact of the timeline, and the position of the last event."""

    document: str
    contact_id: UUID
    position: int


class Named(NamedTuple):
    """`is_contacts` is True if the interaction is an entry of the contact's timeline."""

    id: UUID
    is_contacts: bool
    document: str
    position: int


async def of_owner(
    fetch: Fetch, tenant: str, identity: UUID, owner: str, open_tags: Sequence[str]
) -> Entry | None:
    """The interaction, None unless it is an entry of one of the owner's contacts, removed or not.
    Of several contacts, the one it is with comes first."""
    sql = (
        f"SELECT {SHOWN}, t.contact_id, t.position FROM {ENTRIES} "
        "JOIN contacts c ON c.tenant = t.tenant AND c.id = t.contact_id "
        "WHERE t.id = %s AND t.tenant = %s AND c.owner_id = %s ORDER BY t.main DESC, c.id LIMIT 1"
    )
    rows = await fetch(sql, (list(open_tags), identity, tenant, owner))
    return Entry(*rows[0]) if rows else None


async def named(
    fetch: Fetch, tenant: str, reference: UUID | int, contact_id: UUID, open_tags: Sequence[str]
) -> Named | None:
    """The interaction with an id or a number, None if there is none."""
    by = "id" if isinstance(reference, UUID) else "number"
    sql = (
        f"SELECT m.id, EXISTS (SELECT FROM timeline t WHERE t.id = m.id AND t.tenant = m.tenant "
        f"AND t.contact_id = %s), {SHOWN}, m.position "
        f"FROM timeline m WHERE m.tenant = %s AND m.{by} = %s AND m.main"
    )
    rows = await fetch(sql, (contact_id, list(open_tags), tenant, reference))
    return Named(*rows[0]) if rows else None
