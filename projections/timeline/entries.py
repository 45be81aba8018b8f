"""Single interactions as entries of a timeline: of one contact, or of all that somebody owns."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch
from projections.timeline.queries import SHOWN

ENTRY = f"""
SELECT {SHOWN}, t.contact_id, t.position FROM timeline t
JOIN contacts c ON c.tenant = t.tenant AND c.id = t.contact_id
WHERE t.id = %s AND t.tenant = %s
"""


class Entry(NamedTuple):
    """A document, the contact in whose timeline it stands, and the position of its last event."""

    document: str
    contact_id: UUID
    position: int


async def of_contact(
    fetch: Fetch, tenant: str, identity: UUID, contact_id: UUID, open_tags: Sequence[str]
) -> Entry | None:
    """The interaction, if it stands in the open timeline of this contact."""
    sql = f"{ENTRY} AND c.id = %s AND NOT c.removed"
    rows = await fetch(sql, (list(open_tags), identity, tenant, contact_id))
    return Entry(*rows[0]) if rows else None


async def of_owner(
    fetch: Fetch, tenant: str, identity: UUID, owner: str, open_tags: Sequence[str]
) -> Entry | None:
    """The interaction, if it stands in the timeline of one of the owner's contacts; of several, the
    contact it is with comes first. A removed contact's interactions stay readable."""
    sql = f"{ENTRY} AND c.owner_id = %s ORDER BY t.main DESC, c.id LIMIT 1"
    rows = await fetch(sql, (list(open_tags), identity, tenant, owner))
    return Entry(*rows[0]) if rows else None
