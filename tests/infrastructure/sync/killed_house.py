"""One user's calendar at a real server and the ledger, edited while processes between them die."""

import asyncio
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import httpx
from pydantic_core import to_json
from uuid_utils.compat import uuid7

from domain.account import Access, Account, AccountRemoved, ChosenCalendar, Rules, calendar_id
from domain.errors import Refusal
from domain.streams import StreamName
from infrastructure.accounts.secrets import account_secrets
from infrastructure.accounts.states import States
from infrastructure.postgres.fetch import fetching
from tests.infrastructure.calendars.servers import SECRETS, Server
from tests.infrastructure.projecting.support import Ledger, eventually
from tests.infrastructure.sync.agreement import differences
from tests.infrastructure.sync.calendar_server import SOON, CalendarServer
from tests.infrastructure.sync.desk import Desk
from tests.infrastructure.sync.house import KEYS, SECRET_KEYS
from tests.infrastructure.sync.killed_process import LONGEST_LIFE, KilledProcess, Moment, Mutant

EDITS = 4
"""Edits of a round, of either side."""

VISITS_TO_REST = 2
"""Visits without another edit after which nothing is left to do: one that writes, one that reads
it."""

SECONDS_TO_REST = 120.0

NO_REST = "no rest"
"""Said of a process whose errand doesn't end in that time."""

EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:Lunch
ATTENDEE;CN=Ann:mailto:ann@example.com
END:VEVENT
END:VCALENDAR
"""


async def _not_planned(*_: object) -> None:
    """The planner of the role is tested as well."""


@dataclass
class KilledHouse:
    """`made_there` are the starts of the events that were made in the calendar, by UID. `deaths`
    counts the moments at which processes were killed."""

    opened: Ledger
    server: Server
    random: Random
    mutant: Mutant | None = None
    made_here: list[UUID] = field(default_factory=list)
    made_there: dict[str, datetime] = field(default_factory=dict)
    deaths: Counter[str] = field(default_factory=Counter)

    async def begin(self) -> None:
        self.calendar = await self.server.calendar(f"k{uuid7().hex}")
        self.desk = Desk(self.opened, CalendarServer(), address="ada@example.com")
        vars(self.desk)["plan"] = _not_planned
        self.contact = await self.desk.contact()
        self.client = httpx.AsyncClient(
            auth=(SECRETS["username"], SECRETS["password"]), trust_env=False, timeout=60
        )
        secrets, desk = uuid7(), self.desk
        fetch = fetching(self.opened.pool)
        values = {"url": self.calendar, **SECRETS}
        keeper = account_secrets(fetch, KEYS)
        await keeper.keep(secrets, desk.tenant, desk.id, to_json(values).decode())
        chosen = ChosenCalendar(id=calendar_id(desk.id, self.calendar), read=True, write=True)
        access = Access(origin=self.server.url, address=desk.address, secrets=secrets)
        events = Account.connect("caldav", desk.user, access, Rules(), (chosen,))
        stream = StreamName(desk.tenant, Account.kind, desk.id)
        await self.opened.append(stream, None, *events)
        self.states = States(fetch)

    async def end(self) -> None:
        """Remove the account, and the calendar."""
        stream = StreamName(self.desk.tenant, Account.kind, self.desk.id)
        entity = await self.desk.log.load(stream, fresh=True)
        await self.opened.append(stream, entity, AccountRemoved())
        await self.client.delete(self.calendar)
        await self.client.aclose()

    async def round(self, moment: Moment | None = None) -> None:
        """Edit both sides while a process of the role works, and kill it."""
        moment = moment or Moment.at_random(self.random)
        process = KilledProcess(self._settings, moment, self.mutant)
        try:
            await process.working()
            until = asyncio.get_running_loop().time() + moment.life
            for _ in range(EDITS):
                await self._edit()
                await self.states.wake(self.desk.tenant, self.desk.id)
                await process.live(min(moment.life, LONGEST_LIFE) / EDITS)
            await process.live(until - asyncio.get_running_loop().time())
        finally:
            alive = await process.end(signal.SIGKILL)
        word = f"at a {moment.method or 'request'}" if moment.request else "at any moment"
        self.deaths[word if moment.request is None or not alive else "at the end"] += 1

    async def settle(self) -> list[str]:
        """Let a process come to rest, whose errand is done then; the differences that are left."""
        process = KilledProcess(self._settings)
        try:
            async with asyncio.timeout(SECONDS_TO_REST):
                await eventually(self._is_planned)
                for _ in range(VISITS_TO_REST):
                    await self._visit()
        except TimeoutError:
            return [NO_REST, *await self.wrong()]
        else:
            return await self.wrong()
        finally:
            await process.end(signal.SIGTERM)

    async def wrong(self) -> list[str]:
        return await differences(self.desk, await self._texts(), self.made_here, self.made_there)

    @property
    def _settings(self) -> dict[str, str]:
        return {
            "KITH_DATABASE_URL": self.opened.conninfo,
            "KITH_SECRET_KEYS": SECRET_KEYS,
            "KITH_ACCOUNTS_ALLOW_PRIVATE": "1",
        }

    async def _is_planned(self) -> bool:
        """True once the planner has seen all events."""
        sql = "SELECT min(position) FROM checkpoints WHERE follower = 'sync'"
        return bool(await self.opened.value(sql) == await self.opened.head())

    async def _visit(self) -> None:
        """Wait for a visit, and until nothing waits to be written."""
        before = await self._last_success()
        await self.states.wake(self.desk.tenant, self.desk.id)

        async def is_over() -> bool:
            waiting = await self.opened.value(
                "SELECT count(*) FROM calendar_pushes WHERE account = %s", self.desk.id
            )
            return not waiting and await self._last_success() != before

        await eventually(is_over, SECONDS_TO_REST)

    async def _last_success(self) -> datetime | None:
        found = await self.states.of(self.desk.tenant, [self.desk.id])
        return found[self.desk.id].last_success

    async def _edit(self) -> None:
        edits = (self._make_here, self._make_there, self._move_here, self._move_there)
        await self.random.choice(edits)()

    async def _make_here(self) -> None:
        self.made_here.append(await self.desk.schedule(self.contact, scheduled_at=self._soon()))

    async def _make_there(self) -> None:
        await self._put(f"there-{len(self.made_there)}")

    async def _move_here(self) -> None:
        if self.made_here:
            with suppress(Refusal):
                meeting = self.random.choice(self.made_here)
                await self.desk.reschedule(meeting, scheduled_at=self._soon())

    async def _move_there(self) -> None:
        if self.made_there:
            await self._put(self.random.choice(list(self.made_there)))

    async def _put(self, uid: str) -> None:
        start = self._soon()
        text = EVENT.format(uid=uid, start=start, end=start + timedelta(hours=1))
        response = await self.client.put(f"{self.calendar}{uid}.ics", content=text)
        assert response.status_code < 300
        self.made_there[uid] = start

    def _soon(self) -> datetime:
        return SOON + timedelta(minutes=self.random.randrange(10_000))

    async def _texts(self) -> list[str]:
        listed = await self.client.request("PROPFIND", self.calendar, headers={"Depth": "1"})
        names = [
            part.split("</")[0].rpartition("/")[2]
            for part in listed.text.split("href>")
            if ".ics</" in part
        ]
        return [(await self.client.get(f"{self.calendar}{name}")).text for name in names]
