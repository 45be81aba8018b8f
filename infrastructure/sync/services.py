"""Accounts as the visits of a process need them, and the open connections to their services."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic_core import from_json, to_json

from application.context import Principal
from domain.account import calendar_id
from domain.mail_address import normal
from infrastructure.calendars.opening import Keep
from infrastructure.calendars.port import Calendar, CalendarService, Gone, Refused
from infrastructure.calendars.watching import WatchingService
from infrastructure.outside.way_out import WayOut
from infrastructure.sealing.errors import Unopened
from infrastructure.sealing.values import ConfidentialValues
from infrastructure.sync.account import Chosen, VisitedAccount
from infrastructure.sync.schedule import Bucket
from infrastructure.sync.throttled import Throttled
from projections.accounts.model import COLUMNS, AccountRow
from projections.paging import Fetch

LISTED_FOR = 600.0
"""Seconds for which the list of an account's calendars is good enough."""

MOST_OPEN = 1_000
"""Accounts whose services are kept open between visits."""

ANY = f"SELECT {COLUMNS} FROM accounts WHERE tenant = %s AND id = %s"
ONE = f"{ANY} AND suspended IS NULL"

Open = Callable[[str, str, Mapping[str, str], WayOut, Keep], Awaitable[CalendarService]]


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account with its service; `calendars` are all that the service has. `watching` is the
    service as one that sends notices, None if it sends none."""

    account: VisitedAccount
    service: CalendarService
    watching: WatchingService | None
    calendars: Sequence[Calendar]


@dataclass(slots=True)
class _Opened:
    secrets: UUID
    addresses: frozenset[str]
    service: Throttled
    calendars: Sequence[Calendar]
    listed_at: float


class OpenServices:
    """The services of this process's accounts, each opened once."""

    def __init__(
        self,
        fetch: Fetch,
        secrets: ConfidentialValues,
        way_out: WayOut,
        open_service: Open,
        clock: Callable[[], float],
    ):
        self._fetch = fetch
        self._secrets = secrets
        self._way_out = way_out
        self._open = open_service
        self._clock = clock
        self._opened: dict[UUID, _Opened] = {}

    async def account(self, tenant: str, account: UUID) -> OpenAccount | None:
        """The account; None if it is suspended or was removed. Raises the errors of its service,
        and psycopg.Error."""
        rows = await self._fetch(ONE, (tenant, account))
        if not rows:
            await self.drop(account)
            return None
        row = AccountRow._make(rows[0])
        opened = await self._service(tenant, row)
        if opened is None:
            return None
        principal = Principal(user=row.user_id, name=row.user_name, tenant=tenant)
        calendars = tuple(_chosen(row, opened.calendars))
        visited = VisitedAccount(account, principal, row.service, opened.addresses, calendars)
        service = opened.service
        return OpenAccount(visited, service, service.watching, opened.calendars)

    async def resting(self, tenant: str, account: UUID) -> WatchingService | None:
        """The service of an account that may be suspended, as one that sends notices; None if its
        credentials have ended, and for one that sends none. Raises as `account`."""
        opened = self._opened.get(account)
        if opened is None:
            rows = await self._fetch(ANY, (tenant, account))
            opened = await self._begin(tenant, AccountRow._make(rows[0])) if rows else None
        if opened is None:
            return None
        self._opened.setdefault(account, opened)
        return opened.service.watching

    async def drop(self, account: UUID) -> None:
        """Close the service of an account; it is opened again at the next visit."""
        opened = self._opened.pop(account, None)
        if opened is not None:
            await opened.service.close()

    async def close(self) -> None:
        for account in list(self._opened):
            await self.drop(account)

    async def _service(self, tenant: str, row: AccountRow) -> _Opened | None:
        """The open service of an account; None if its credentials have ended with it."""
        opened = self._opened.get(row.id)
        if opened is not None and opened.secrets != row.secrets:
            await self.drop(row.id)
            opened = None
        if opened is None:
            opened = await self._begin(tenant, row)
        elif self._clock() >= opened.listed_at + LISTED_FOR:
            opened.calendars = await opened.service.calendars()
            opened.listed_at = self._clock()
        if opened is not None:
            self._opened.pop(row.id, None)
            self._opened[row.id] = opened  # the last one used is the last one closed
        return opened

    async def _begin(self, tenant: str, row: AccountRow) -> _Opened | None:
        try:
            known = await self._secrets.known(tenant, [row.secrets])
        except Unopened:
            raise Refused(
                "kith has lost the key of the credentials. Give the username and password again."
            ) from None
        if row.secrets not in known:
            return None
        values = from_json(known[row.secrets])
        way_out = self._way_out.of(tenant)

        async def keep(renewed: Mapping[str, str]) -> None:
            content = to_json(dict(renewed)).decode()
            await self._secrets.replace(row.secrets, tenant, row.id, content)

        service = await self._open(row.service, values["url"], values, way_out, keep)
        throttled = Throttled(service, Bucket(self._clock))
        try:
            calendars = await throttled.calendars()
        except BaseException:
            await throttled.close()
            raise
        written = (row.address, values.get("username"))
        addresses = frozenset(filter(None, (normal(each) for each in written if each)))
        while len(self._opened) >= MOST_OPEN:
            await self.drop(next(iter(self._opened)))
        return _Opened(row.secrets, addresses, throttled, calendars, self._clock())


def _chosen(row: AccountRow, calendars: Sequence[Calendar]) -> list[Chosen]:
    """Raises Gone if a chosen calendar isn't there."""
    found = {calendar_id(row.id, each.id): each.id for each in calendars}
    wanted = {*row.calendars, *([row.written] if row.written else [])}
    if not wanted <= found.keys():
        raise Gone("A calendar that was chosen is no longer there: choose another one.")
    return [
        Chosen(name, identity in row.calendars, identity == row.written)
        for identity, name in found.items()
        if identity in wanted
    ]
