"""Single interactions for those who only know contacts of their own (b4fdfc550ffdfe3d)."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from projections.interaction_list import SHOWN
from projections.paging import Fetch


class OwnInteraction(NamedTuple):
    """A document, the user's contact it is about, and the position of its last event."""

    document: str
    contact_id: UUID
    position: int


async def one(
    fetch: Fetch, tenant: str, identity: UUID, owner: str, open_tags: Sequence[str]
) -> OwnInteraction | None:
    """The interaction, if it stands in the timeline of one of the owner's contacts; of several, its
    own contact comes first. A removed contact's interactions stay readable."""
    rows = await fetch(
        f"""
        SELECT {SHOWN}, t.contact_id, t.position FROM timeline t
        JOIN contacts c ON c.tenant = t.tenant AND c.id = t.contact_id
        WHERE t.id = %s AND t.tenant = %s AND c.owner_id = %s
        ORDER BY t.main DESC, t.contact_id LIMIT 1
        """,
        (list(open_tags), identity, tenant, owner),
    )
    return OwnInteraction(*rows[0]) if rows else None
