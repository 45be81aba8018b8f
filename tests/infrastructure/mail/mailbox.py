"""Small mailboxes, and what came of importing them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic_core import from_json

from application.context import Caller, Principal
from application.ports import Answer
from infrastructure.mail.importing import MailImport, MailTally
from infrastructure.mail.reading import read_mbox
from infrastructure.postgres.fetch import fetching
from infrastructure.system import System, open_system, prepare_database

ME = "me@example.org"
NOW = datetime(2024, 5, 1, tzinfo=UTC)


def mail(
    message_id: str,
    sender: str = "Ann <ann@example.org>",
    to: str = ME,
    *,
    date: str = "Mon, 1 Apr 2024 10:00:00 +0200",
    subject: str = "Hello",
    text: str = "How are you?",
    **headers: str,
) -> bytes:
    message = EmailMessage()
    message["Message-ID"] = f"<{message_id}>"
    message["From"] = sender
    message["To"] = to
    message["Date"] = date
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return b"From - Mon Apr  1 10:00:00 2024\n" + message.as_bytes() + b"\n"


def mailbox(directory: Path, *mails: bytes) -> Path:
    path = directory / f"{uuid4().hex}.mbox"
    path.write_bytes(b"".join(mails))
    return path


@dataclass
class Desk:
    """One user of one tenant, with a process of their own."""

    system: System
    caller: Caller

    def of(self, tenant: str) -> "Desk":
        """The same user at the desk of another tenant."""
        principal = replace(self.caller.principal, tenant=tenant)
        return Desk(self.system, replace(self.caller, principal=principal))

    async def import_mbox(self, path: Path, *, now: datetime = NOW) -> MailTally:
        importing = MailImport(self.system.ledger, self.system.pool, self.caller, frozenset({ME}))
        await importing.run(read_mbox(path, frozenset({ME}), now))
        return importing.tally

    async def do(self, handler: Any, command: Any) -> Any:
        """Carry out a command; the entity after it."""
        entities = []

        def respond(entity: Any) -> Answer:
            entities.append(entity)
            return Answer(200)

        await self.system.ledger.carry_out(self.caller, handler, command, respond)
        return entities[-1]

    async def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return await fetching(self.system.pool)(sql, (self.caller.tenant, *parameters))

    async def contacts(self) -> dict[str, str]:
        """The names of the contacts that are there, by address."""
        return dict(
            await self.rows("SELECT email, name FROM contacts WHERE tenant = %s AND NOT removed")
        )

    async def timeline(self, email: str) -> list[dict[str, Any]]:
        """The timeline of the contact with an address, newest first."""
        rows = await self.rows(
            "SELECT m.document FROM timeline t "
            "JOIN timeline m ON m.id = t.id AND m.tenant = t.tenant AND m.main "
            "JOIN contacts c ON c.id = t.contact_id "
            "AND c.tenant = t.tenant WHERE t.tenant = %s AND lower(c.email) = %s "
            "ORDER BY t.at DESC",
            email,
        )
        return [from_json(document) for (document,) in rows]

    async def mails(self) -> list[dict[str, Any]]:
        """All mails, oldest first."""
        rows = await self.rows(
            "SELECT document FROM timeline WHERE tenant = %s AND main ORDER BY at"
        )
        return [from_json(document) for (document,) in rows]


@asynccontextmanager
async def desk(conninfo: str, tenant: str | None = None) -> AsyncIterator[Desk]:
    prepare_database(conninfo)
    principal = Principal(user="7", name="Jo", tenant=tenant or uuid4().hex)
    async with open_system(conninfo) as system:
        yield Desk(system, Caller(principal, "import", f"run-{uuid4()}"))


def numbered(count: int) -> Iterator[bytes]:
    """Mails of a few people who write to each other."""
    one = mail("ID@example.org", "pA@example.org", f"{ME}, pB@example.net", subject="Mail")
    for number in range(count):
        people = one.replace(b"pA@", b"p%d@" % (number % 17)).replace(
            b"pB@", b"p%d@" % (number % 5)
        )
        yield people.replace(b"ID@", b"%d@" % number)
