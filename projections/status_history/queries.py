"""The status history of a contact, newest first, a page at a time."""

from typing import NamedTuple
from uuid import UUID

from projections.paging import Fetch, fitting

PAGE = fitting(
    "SELECT version, document FROM status_history WHERE tenant = %s AND contact_id = %s "
    "AND version < %s ORDER BY version DESC LIMIT %s",
    "version DESC",
    "version",
    ["document"],
    "octet_length(document)",
)

END = 2**63 - 1
"""Beyond every version."""


class StatusPage(NamedTuple):
    """The documents of entries; the next page begins before the version `end`, None on the last."""

    documents: list[str]
    end: int | None


async def page(
    fetch: Fetch, tenant: str, contact_id: UUID, limit: int, before: int = END
) -> StatusPage:
    """A page of the entries before a version of the contact."""
    rows = await fetch(PAGE, (tenant, contact_id, before, limit + 1))
    shown = [(version, document) for version, fits, document in rows[:limit] if fits]
    end = shown[-1][0] if len(rows) > len(shown) else None
    return StatusPage([document for _, document in shown], end)
