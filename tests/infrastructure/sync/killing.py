"""The role `sync` is killed at random moments between a real calendar server and a ledger.

Both sides are edited meanwhile. `python -m tests.infrastructure.sync.killing ROUNDS` prints what is
wrong in the end.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import psycopg
import uvloop
from psycopg import sql
from pydantic_core import to_json
from tqdm import tqdm
from uuid_utils.compat import uuid7

from application.calendar_meetings import own_meeting
from domain.account import Access, Account, ChosenCalendar, Rules, calendar_id
from domain.errors import Refusal
from domain.streams import StreamName
from infrastructure.accounts.secrets import account_secrets
from infrastructure.accounts.states import States
from infrastructure.embedded import EmbeddedPostgres
from infrastructure.embedded.owner import OWNER
from infrastructure.postgres.fetch import fetching
from tests.infrastructure.calendars.servers import SECRETS, Server, radicale
from tests.infrastructure.projecting.support import Ledger, ledger
from tests.infrastructure.sync.calendar_server import SOON, CalendarServer
from tests.infrastructure.sync.desk import Desk
from tests.infrastructure.sync.house import KEYS, SECRET_KEYS

ROOT = Path(__file__).parents[3]
MAIN = "import sys; from api.cli.main import main; sys.exit(main())"
EDITS = 4
"""Edits of a round, some of each side."""

LONGEST_LIFE = 1.5
"""Seconds between the start of a process's work and its end, at most."""

EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:{title}
ATTENDEE;CN=Ann:mailto:ann@example.com
END:VEVENT
END:VCALENDAR
"""


async def _not_planned(*_: object) -> None:
    """The planner of the role is tested as well."""


@dataclass
class Killing:
    opened: Ledger
    server: Server
    random: Random = field(default_factory=lambda: Random(0))
    made_here: list[UUID] = field(default_factory=list)
    made_there: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        name = f"k{uuid7().hex}"
        self.calendar = await self.server.calendar(name)
        self.desk = Desk(self.opened, CalendarServer(), address="ada@example.com")
        vars(self.desk)["plan"] = _not_planned
        self.contact = await self.desk.contact()
        self.client = httpx.AsyncClient(
            auth=(SECRETS["username"], SECRETS["password"]), trust_env=False
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

    async def edit(self) -> None:
        await self.random.choice((self.make_here, self.make_there, self.move_here))()

    async def make_here(self) -> None:
        minutes = timedelta(minutes=self.random.randrange(10_000))
        self.made_here.append(await self.desk.schedule(self.contact, scheduled_at=SOON + minutes))

    async def make_there(self) -> None:
        uid, start = f"there-{len(self.made_there)}", SOON + timedelta(hours=len(self.made_there))
        end = start + timedelta(hours=1)
        text = EVENT.format(uid=uid, start=start, end=end, title="Lunch")
        response = await self.client.put(f"{self.calendar}{uid}.ics", content=text)
        assert response.status_code < 300
        self.made_there.append(uid)

    async def move_here(self) -> None:
        if self.made_here:
            moved = SOON + timedelta(minutes=self.random.randrange(10_000))
            with suppress(Refusal):
                meeting = self.random.choice(self.made_here)
                await self.desk.reschedule(meeting, scheduled_at=moved)

    async def round(self) -> None:
        """Edit both sides while a process of the role works, and kill it."""
        process = self._start()
        try:
            assert process.stderr is not None
            await asyncio.to_thread(process.stderr.readline)
            await self.states.wake(self.desk.tenant, self.desk.id)
            life = self.random.random() * LONGEST_LIFE
            for _ in range(EDITS):
                await self.edit()
                await asyncio.sleep(life / EDITS)
        finally:
            process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(process.communicate)

    async def settle(self, seconds: float = 120.0) -> list[str]:
        """Let a process work until both sides agree; what is wrong if they don't in time."""
        process = self._start()
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.states.wake(self.desk.tenant, self.desk.id)
                    await asyncio.sleep(1)
                    if not await self.wrong():
                        return []
        except TimeoutError:
            return await self.wrong()
        finally:
            process.terminate()
            await asyncio.to_thread(process.communicate)

    async def wrong(self) -> list[str]:
        """Meetings and events that are missing, or there more than once, or invite somebody."""
        found = Counter[str]()
        texts = await self._texts()
        for text in texts:
            lines = text.splitlines()
            found.update(line for line in lines if line.startswith("UID:"))
        wrong = [f"{uid} {count} times" for uid, count in found.items() if count > 1]
        wanted = {f"UID:{meeting}@kith" for meeting in self.made_here}
        wanted |= {f"UID:{uid}" for uid in self.made_there}
        wrong += sorted(wanted ^ found.keys())
        wrong += [text for text in texts if "@kith" in text and "ATTENDEE" in text]
        meetings = len(await self.desk.all_meetings())
        if meetings != len(self.made_here) + len(self.made_there):
            wrong.append(f"{meetings} meetings")
        for text in texts:
            uid = next(each for each in text.splitlines() if each.startswith("UID:"))[4:]
            meeting = own_meeting(uid)
            if meeting is not None:
                state = await self.desk.meeting(meeting)
                if f"{state.appointment.scheduled_at:%Y%m%dT%H%M%SZ}" not in text:
                    wrong.append(f"{uid} stands elsewhere")
        return wrong

    async def _texts(self) -> list[str]:
        listed = await self.client.request("PROPFIND", self.calendar, headers={"Depth": "1"})
        names = [
            part.split("</")[0].rpartition("/")[2]
            for part in listed.text.split("href>")
            if ".ics</" in part
        ]
        return [(await self.client.get(f"{self.calendar}{name}")).text for name in names]

    def _start(self) -> subprocess.Popen[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
        env |= {
            "KITH_DATABASE_URL": self.opened.conninfo,
            "KITH_SECRET_KEYS": SECRET_KEYS,
            "KITH_ACCOUNTS_ALLOW_PRIVATE": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-c", MAIN, "serve", "--role", "sync"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )


async def killed(opened: Ledger, server: Server, rounds: int) -> list[str]:
    """The differences after so many rounds."""
    one = Killing(opened, server)
    await one.begin()
    for _ in tqdm(range(rounds), disable=rounds < 100):
        await one.round()
    return await one.settle()


async def _main(conninfo: str, server: Server, rounds: int) -> list[str]:
    async with ledger(conninfo) as opened:
        return await killed(opened, server, rounds)


def main() -> int:
    rounds = int(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="kith-kills-") as name:
        Path(name).chmod(0o711)
        (Path(name) / "radicale").mkdir()
        with EmbeddedPostgres(Path(name)) as postgres, radicale(Path(name) / "radicale") as server:
            with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
                owner = sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE kills OWNER {}").format(owner))
            conninfo = postgres.url.replace("/kith?", "/kills?", 1)
            wrong = uvloop.run(_main(conninfo, server, rounds))
    sys.stdout.write("\n".join(wrong or [f"{rounds} kills, and nothing is wrong"]) + "\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
