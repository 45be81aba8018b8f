"""What a path of two ids names: a contact, and an interaction that stands in its timeline.

Each id is a number or a UUID.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch
from projections.timeline.queries import SHOWN


class Contact(NamedTuple):
    id: UUID
    number: int
    removed: bool


class Interaction(NamedTuple):
    """`is_contacts` is whether it stands in the contact's timeline."""

    id: UUID
    is_contacts: bool
    document: str
    position: int


async def contact(fetch: Fetch, tenant: str, named: UUID | int) -> Contact | None:
    """The contact, removed or not."""
    sql = f"SELECT id, number, removed FROM contacts WHERE tenant = %s AND {_by(named)} = %s"
    rows = await fetch(sql, (tenant, named))
    return Contact(*rows[0]) if rows else None


async def interaction(
    fetch: Fetch, tenant: str, named: UUID | int, contact_id: UUID, open_tags: Collection[str]
) -> Interaction | None:
    sql = (
        f"SELECT m.id, EXISTS (SELECT FROM timeline t WHERE t.id = m.id AND t.tenant = m.tenant "
        f"AND t.contact_id = %s), {SHOWN}, m.position "
        f"FROM timeline m WHERE m.tenant = %s AND m.{_by(named)} = %s AND m.main"
    )
    rows = await fetch(sql, (contact_id, list(open_tags), tenant, named))
    return Interaction(*rows[0]) if rows else None


async def was_deleted(fetch: Fetch, tenant: str, named: UUID | int, contact_id: UUID) -> bool:
    """Whether an interaction that is nowhere any more used to be in the contact's timeline."""
    sql = f"SELECT FROM former_entries WHERE tenant = %s AND contact_id = %s AND {_by(named)} = %s"
    return bool(await fetch(sql, (tenant, contact_id, named)))


def _by(named: UUID | int) -> str:
    return "id" if isinstance(named, UUID) else "number"
