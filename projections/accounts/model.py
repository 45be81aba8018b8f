"""Accounts as they are now: whose, at which service, and the calendars that are read and written.

Credentials are in a table of their own; a row has their id. A removed account has no row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from application.entity import Entity
from domain.account import Account
from projections.aggregate_rows import aggregate_rows
from projections.paging import Fetch


class AccountRow(NamedTuple):
    """`secrets` is the id of the whole address and the credentials. `calendars` are those that are
    read, `written` the one that is written. `suspended` is the reason, None for an account that is
    at work."""

    id: UUID
    user_id: str
    user_name: str
    service: str
    name: str | None
    origin: str
    address: str | None
    secrets: UUID
    calendars: Sequence[UUID]
    written: UUID | None
    suspended: str | None
    created_at: datetime
    updated_at: datetime
    position: int


def row_of(entity: Entity[Account]) -> AccountRow:
    state = entity.state
    return AccountRow(
        entity.id,
        state.user,
        entity.created.actor.name,
        state.service,
        state.rules.name,
        state.access.origin,
        state.access.address,
        state.access.secrets,
        [each.id for each in state.calendars if each.read],
        next((each.id for each in state.calendars if each.write), None),
        None if state.suspended is None else state.suspended.value,
        entity.created.time,
        entity.changed.time,
        entity.position,
    )


ACCOUNTS = aggregate_rows(
    "accounts", Account.kind, AccountRow, row_of, "(id)", "(tenant, user_id)", removable=True
)

COLUMNS = ", ".join(AccountRow._fields)
SELECT = f"SELECT {COLUMNS} FROM accounts WHERE tenant = %s"


async def all_of(fetch: Fetch, tenant: str, user: str | None = None) -> list[AccountRow]:
    """A user's accounts, oldest first; the tenant's without a user."""
    where = "AND (%s::text IS NULL OR user_id = %s) ORDER BY created_at, id"
    rows = await fetch(f"{SELECT} {where}", (tenant, user, user))
    return [AccountRow._make(row) for row in rows]


async def one(fetch: Fetch, tenant: str, user: str, identity: UUID) -> AccountRow | None:
    """The account; None if it is another user's."""
    rows = await fetch(f"{SELECT} AND user_id = %s AND id = %s", (tenant, user, identity))
    return AccountRow._make(rows[0]) if rows else None
