"""Accounts at calendar servers in memory, kept in step by a process that runs the role."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from pydantic_core import to_json
from uuid_utils.compat import uuid7

from domain.account import Access, Account, AccountRemoved, ChosenCalendar, Rules, calendar_id
from domain.streams import StreamName
from infrastructure.accounts.secrets import account_secrets
from infrastructure.accounts.states import States
from infrastructure.calendars.opening import Keep
from infrastructure.calendars.port import CalendarService
from infrastructure.outside.way_out import WayOut
from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import KEY_BYTES, Keys
from infrastructure.sync.running import syncing
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.sync.calendar_server import CalendarServer, InMemoryService
from tests.infrastructure.sync.desk import Desk

KEY = b"s" * KEY_BYTES
KEYS = Keys([("k", KEY)])
SECRET_KEYS = f"k:{base64.b64encode(KEY).decode()}"
"""The same keys as a setting."""


class House:
    """Several accounts on one ledger. The desk of each is as its user sees it."""

    def __init__(self, opened: Ledger):
        self.opened = opened
        self.fetch = fetching(opened.pool)
        self.servers: dict[str, CalendarServer] = {}
        self.opens = 0

    async def connect(self, desk: Desk) -> Desk:
        """Connect the desk's account to its server."""
        secrets, url = uuid7(), f"https://{desk.id}.example.com"
        self.servers[url] = desk.server
        values = {"url": url, "username": desk.address, "password": "secret"}
        keeper = account_secrets(self.fetch, KEYS)
        await keeper.keep(secrets, desk.tenant, desk.id, to_json(values).decode())
        chosen = ChosenCalendar(id=calendar_id(desk.id, "work"), read=True, write=True)
        access = Access(origin=url, address=desk.address, secrets=secrets)
        events = Account.connect("caldav", desk.user, access, Rules(), (chosen,))
        await self.opened.append(StreamName(desk.tenant, Account.kind, desk.id), None, *events)
        return desk

    async def remove(self, desk: Desk) -> None:
        stream = StreamName(desk.tenant, Account.kind, desk.id)
        entity = await desk.log.load(stream, fresh=True)
        await self.opened.append(stream, entity, AccountRemoved())

    async def account(self, desk: Desk) -> Account:
        entity = await desk.log.load(StreamName(desk.tenant, Account.kind, desk.id), fresh=True)
        assert entity is not None
        state: Account = entity.state
        return state

    async def wake(self, desk: Desk) -> None:
        await States(self.fetch).wake(desk.tenant, desk.id)

    async def open_service(
        self, kind: str, address: str, secrets: Mapping[str, str], way_out: WayOut, _: Keep
    ) -> CalendarService:
        assert kind == "caldav"
        assert secrets["password"] == "secret"
        assert way_out
        self.opens += 1
        return InMemoryService(self.servers[address])

    @asynccontextmanager
    async def running(self, desk: Desk) -> AsyncIterator[None]:
        """Run the role, as one process does, on the ledger of a desk."""
        way_out = WayOut(allow_private=True)
        conninfo = self.opened.conninfo
        async with syncing(conninfo, KEYS, desk.ledger, desk.log, way_out, self.open_service):
            yield


def rows_of(account: UUID) -> str:
    """SQL that counts what is kept of an account for its calendars."""
    tables = ("visits", "cursors", "objects", "links", "pushes")
    counts = (
        f"(SELECT count(*) FROM calendar_{name} WHERE account = '{account}')" for name in tables
    )
    return f"SELECT {' + '.join(counts)}"
