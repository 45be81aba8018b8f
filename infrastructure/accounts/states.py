"""The state of each account's errand: how far it is, how its service does, when it is looked at.

All times are those of the database's clock.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from application.account_ports import FoundCalendar
from projections.paging import Fetch


class Phase(StrEnum):
    """An account connects until its calendars were seen, then fills back until all of them were
    read once, and is active from then on."""

    CONNECTING = "connecting"
    BACKFILLING = "backfilling"
    ACTIVE = "active"


class AccountState(NamedTuple):
    """`attention` is a sentence about what the user has to do, if anything. `failing_since` is when
    the service first failed of which nothing was had since, `attempts` how often it has."""

    phase: str
    attention: str | None
    last_success: datetime | None
    progress: Mapping[str, Any]
    failing_since: datetime | None
    attempts: int


NEW = AccountState(Phase.CONNECTING, None, None, {}, None, 0)
"""The state of an account that nobody has looked at."""

COLUMNS = ", ".join(AccountState._fields)

TABLES = ("account_states", "account_problems")
"""The tables whose rows end with their account, beside those of secrets."""

UPSERT = "INSERT INTO account_states AS s (account, tenant{columns}) VALUES (%s, %s{values}) "
SET = "ON CONFLICT (account) DO UPDATE SET {} WHERE s.tenant = excluded.tenant RETURNING account"


class States:
    """The port `AccountStates`, and what keeps accounts in step needs beside it. All methods raise
    psycopg.Error and PoolTimeout."""

    def __init__(self, fetch: Fetch):
        self._fetch = fetch

    async def of(self, tenant: str, accounts: Collection[UUID]) -> dict[UUID, AccountState]:
        """The states of those accounts that were looked at."""
        rows = await self._fetch(
            f"SELECT account, {COLUMNS} FROM account_states WHERE tenant = %s "
            "AND account = ANY(%s)",
            (tenant, list(accounts)),
        )
        return {row[0]: AccountState._make(row[1:]) for row in rows}

    async def found(self, tenant: str, account: UUID, calendars: Sequence[FoundCalendar]) -> None:
        """Keep the calendars that the service has now."""
        listed = Jsonb([each._asdict() for each in calendars])
        await self._fetch(
            UPSERT.format(columns=", calendars", values=", %s")
            + SET.format("calendars = excluded.calendars"),
            (account, tenant, listed),
        )

    async def calendars(self, tenant: str, account: UUID) -> list[FoundCalendar]:
        """The calendars that the service had when it was asked last."""
        rows = await self._fetch(
            "SELECT calendars FROM account_states WHERE tenant = %s AND account = %s",
            (tenant, account),
        )
        return [FoundCalendar(**each) for (listed,) in rows for each in listed]

    async def wake(self, tenant: str, account: UUID) -> None:
        """Have the service looked at now. What the user had to do counts as done."""
        woken = "wake = true, next_at = now(), attention = NULL"
        await self._fetch(
            UPSERT.format(columns="", values="") + SET.format(woken),
            (account, tenant),
        )

    async def began(self, tenant: str, account: UUID, seconds: float) -> None:
        """A look has begun: an account that is woken from now on is looked at once more. Unless
        its end is noted, it is due again after `seconds`."""
        await self._fetch(
            UPSERT.format(columns=", wake, next_at", values=", false, now() + %s * interval '1 s'")
            + SET.format("wake = false, next_at = excluded.next_at"),
            (account, tenant, seconds),
        )

    async def succeeded(self, tenant: str, account: UUID, seconds: float) -> None:
        """A look went well; the next one is due after `seconds`, or when the account was woken for
        meanwhile."""
        await self._fetch(
            "UPDATE account_states SET phase = %s, attention = NULL, last_success = now(), "
            "failing_since = NULL, attempts = 0, "
            "next_at = CASE WHEN wake THEN next_at ELSE now() + %s * interval '1 s' END "
            "WHERE tenant = %s AND account = %s RETURNING account",
            (Phase.ACTIVE, seconds, tenant, account),
        )

    async def advanced(self, tenant: str, account: UUID, progress: Mapping[str, Any]) -> None:
        """Note progress in the middle of a look: an account that has connected fills back."""
        await self._fetch(
            "UPDATE account_states SET progress = %s, "
            "phase = CASE phase WHEN %s THEN %s ELSE phase END "
            "WHERE tenant = %s AND account = %s RETURNING account",
            (Jsonb(progress), Phase.CONNECTING, Phase.BACKFILLING, tenant, account),
        )

    async def failed(
        self, tenant: str, account: UUID, attention: str | None, seconds: float
    ) -> None:
        """A look failed; the next one is due after `seconds`. `attention` is a sentence for the
        user, if they have to do something. An account that has ended fails no more."""
        await self._fetch(
            "UPDATE account_states SET attention = %s, attempts = attempts + 1, "
            "failing_since = coalesce(failing_since, now()), "
            "next_at = now() + %s * interval '1 s' WHERE tenant = %s AND account = %s "
            "RETURNING account",
            (attention, seconds, tenant, account),
        )

    async def forget(self, tenant: str, account: UUID) -> None:
        """Forget the state and the problems of an account."""
        for table in TABLES:
            await self._fetch(
                f"DELETE FROM {table} WHERE tenant = %s AND account = %s RETURNING account",
                (tenant, account),
            )
