"""Whose address is it: contacts found by their e-mail, for those who import mail.

An address may stand with several contacts, or with one that was removed. The oldest one that is
still there is meant; one that was removed is told, so that nobody brings it back unawares.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch

FIND = """
SELECT lower(email), id, name, removed, created_at FROM contacts
WHERE tenant = %s AND lower(email) = ANY(%s::text[])
UNION ALL
SELECT NULL, id, name, removed, created_at FROM contacts
WHERE tenant = %s AND id = ANY(%s::uuid[])
"""


class Found(NamedTuple):
    id: UUID
    name: str
    removed: bool


async def find(fetch: Fetch, tenant: str, wanted: Mapping[str, UUID]) -> dict[str, Found]:
    """The contacts of addresses (in lower case). `wanted` also names, for each address, the id of
    the contact that was made for it, which may have got another address since."""
    made_for = {identity: email for email, identity in wanted.items()}
    rows = await fetch(FIND, (tenant, list(wanted), tenant, list(made_for)))
    ranked = sorted(rows, key=lambda row: (row[3], row[0] is None, row[4], row[1]))
    found: dict[str, Found] = {}
    for email, identity, name, removed, _ in ranked:
        found.setdefault(email or made_for[identity], Found(identity, name, removed))
    return found
