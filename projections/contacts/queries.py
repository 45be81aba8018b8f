"""Contacts by id, by number and in lists, each with the instant of its last contact.

That is the newest entry of its timeline that isn't in the future. A query looks it up: so it is
right after deletes and corrections, and a planned entry counts as soon as its time has come.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from application.entity import Entity
from domain.contact import Contact
from domain.mail_address import normal
from projections.contacts.model import ContactRow, row_of
from projections.paging import Fetch, NewestFirst, Page, PageEnd, Where, count_of, pattern

LAST_CONTACTED = """
LEFT JOIN LATERAL (
    SELECT t.at FROM timeline t
    WHERE t.contact_id = c.id AND t.tenant = c.tenant AND t.at <= now()
    ORDER BY t.at DESC, t.id DESC LIMIT 1
) last ON true
"""


@dataclass(frozen=True)
class ListedContact(ContactRow):
    """A contact and the instant of its last contact: a row of COLUMNS."""

    last_contacted: datetime | None


def listed_of(entity: Entity[Contact], last_contacted: datetime | None = None) -> ListedContact:
    """The contact of an entity, with the instant of its last contact."""
    return ListedContact(**vars(row_of(entity)), last_contacted=last_contacted)


SELECTED = {field.name: f"c.{field.name}" for field in fields(ContactRow)}
SELECTED |= {"last_contacted": "last.at"}
COLUMNS = ", ".join(SELECTED.values())
CONTACT_LIST = NewestFirst(
    SELECTED,
    f"contacts c {LAST_CONTACTED}",
    "c.created_at",
    "c.id",
    "octet_length(concat(name, email, phone, company, title, array_to_string(tags, '')))",
)


class Filter(NamedTuple):
    tenant: str
    search: str | None = None
    status: str | None = None
    stage: str | None = None
    tags: tuple[str, ...] = ()
    owner: str | None = None


async def one(fetch: Fetch, tenant: str, identity: UUID) -> ListedContact | None:
    """The contact, None if there is none or if it was removed."""
    sql = (
        f"SELECT {COLUMNS} FROM contacts c {LAST_CONTACTED} "
        "WHERE c.tenant = %s AND c.id = %s AND NOT c.removed"
    )
    rows = await fetch(sql, (tenant, identity))
    return ListedContact(*rows[0]) if rows else None


class Named(NamedTuple):
    id: UUID
    number: int
    owner_id: str
    removed: bool


async def named(fetch: Fetch, tenant: str, reference: UUID | int) -> Named | None:
    """The contact with an id or a number, removed or not; None if there is none."""
    by = "id" if isinstance(reference, UUID) else "number"
    rows = await fetch(
        f"SELECT id, number, owner_id, removed FROM contacts WHERE tenant = %s AND {by} = %s",
        (tenant, reference),
    )
    return Named(*rows[0]) if rows else None


async def id_of(fetch: Fetch, tenant: str, number: int) -> UUID | None:
    """The id of the contact with a number, removed or not; None if there is none."""
    found = await named(fetch, tenant, number)
    return found.id if found else None


async def present(fetch: Fetch, tenant: str, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are of contacts, without removed ones."""
    rows = await fetch(
        "SELECT id FROM contacts WHERE tenant = %s AND id = ANY(%s::uuid[]) AND NOT removed",
        (tenant, list(ids)),
    )
    return {identity for (identity,) in rows}


async def last_contacted(fetch: Fetch, tenant: str, identity: UUID) -> datetime | None:
    rows = await fetch(
        f"SELECT last.at FROM (SELECT %s AS tenant, %s::uuid AS id) c {LAST_CONTACTED}",
        (tenant, identity),
    )
    last: datetime | None = rows[0][0]
    return last


def _where(wanted: Filter) -> Where:
    where = Where("c.tenant = %s AND NOT c.removed", wanted.tenant)
    if wanted.search:
        address = normal(wanted.search)
        found = "(c.search LIKE %s OR c.mail_address = %s)"
        where.add(found, pattern(wanted.search), address)
    where.add_given("c.status = %s", wanted.status)
    where.add_given("c.stage = %s", wanted.stage)
    where.add_given("c.tags @> %s::text[]", list(wanted.tags))
    where.add_given("c.owner_id = %s", wanted.owner)
    return where


async def count(fetch: Fetch, wanted: Filter) -> int:
    return await count_of(fetch, "contacts c", _where(wanted))


async def page(
    fetch: Fetch, wanted: Filter, limit: int, *, offset: int = 0, before: PageEnd | None = None
) -> Page[ListedContact]:
    """A page by offset or after the end of the page before; newest contacts first."""
    found = await CONTACT_LIST.page(fetch, _where(wanted), limit, offset, before)
    return found.map(lambda row: ListedContact(*row))


async def rest(fetch: Fetch, wanted: Filter, ids: Sequence[UUID]) -> Page[ListedContact]:
    """The rest of a page."""
    found = await CONTACT_LIST.of(fetch, _where(Filter(wanted.tenant)), ids)
    return found.map(lambda row: ListedContact(*row))
