"""Contacts by their mail address in its normal form, however it was written.

Of several contacts with one address, the oldest that isn't removed counts. A removed one is found
if there is no other, so that an import doesn't bring it back unawares.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch

FIND = """
SELECT mail_address, id, name, removed, created_at FROM contacts
WHERE tenant = %s AND mail_address = ANY(%s::text[])
UNION ALL
SELECT NULL, id, name, removed, created_at FROM contacts
WHERE tenant = %s AND id = ANY(%s::uuid[])
"""


class ContactMatch(NamedTuple):
    id: UUID
    name: str
    removed: bool


async def find(fetch: Fetch, tenant: str, ids: Mapping[str, UUID]) -> dict[str, ContactMatch]:
    """The contacts of addresses in normal form. For each address, `ids` has the id of the contact
    that an import makes for it, whose address may have changed since."""
    made_for = {identity: email for email, identity in ids.items()}
    rows = await fetch(FIND, (tenant, list(ids), tenant, list(made_for)))
    ranked = sorted(rows, key=lambda row: (row[3], row[0] is None, row[4], row[1]))
    found: dict[str, ContactMatch] = {}
    for email, identity, name, removed, _ in ranked:
        found.setdefault(email or made_for[identity], ContactMatch(identity, name, removed))
    return found
