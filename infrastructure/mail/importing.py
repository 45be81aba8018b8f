"""Imports a mailbox into the ledger, with many mails in flight.

Mails are read in chunks. The contacts of a chunk are looked up or added, then its mails are
tracked while the next chunk is read. Mails imported before are left as they are, so that repeating
an interrupted import completes it.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeGuard
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from application.context import Caller
from application.errors import TooLarge
from application.ledger import Ledger
from application.mail import TrackMail, mail_id, track_mail
from domain.errors import NotFound
from domain.interaction import Interaction
from domain.streams import StreamName
from infrastructure.in_flight import InFlight
from infrastructure.log.reader import reading
from infrastructure.mail.correspondents import Correspondents
from infrastructure.mail.labels import unwanted
from infrastructure.mail.message import MailFacts, UnreadableMail
from infrastructure.mail.tracking import record_of
from infrastructure.postgres.fetch import fetching

AT_ONCE = 64
"""Mails of a chunk, read without yielding to the event loop: about ten milliseconds."""

TAKEN_INSTEAD = {
    "received": "the newest Received date was taken",
    "envelope": "the date of the mailbox's From line was taken",
    "import": "the time of import was taken",
}

_QUOTED = re.compile(r" '[^']*'")
_COUNTED = re.compile(r"^\d+ (?=participants)")

Numbered = tuple[int, MailFacts]
"""A mail and its number in the mailbox, from 1."""


@dataclass(slots=True)
class MailTally:
    """The counts of an import, running or finished. `skipped` are the numbers of messages by the
    reason for skipping them."""

    read: int = 0
    tracked: int = 0
    already_there: int = 0
    contacts_added: int = 0
    contacts_named: int = 0
    contacts_met: int = 0
    unreadable: list[UnreadableMail] = field(default_factory=list)
    skipped: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    oddities: Counter[str] = field(default_factory=Counter)
    attachments: int = 0
    shortened: int = 0


class MailImport:
    """One import. `me` holds the importer's own addresses in normal form: they get no contacts."""

    def __init__(
        self, ledger: Ledger, pool: AsyncConnectionPool[Any], caller: Caller, me: frozenset[str]
    ):
        self._ledger = ledger
        self._pool = pool
        self._caller = caller
        self._me = me
        self._correspondents = Correspondents(ledger, fetching(pool), caller)
        self.tally = MailTally()

    async def run(
        self,
        mails: Iterable[MailFacts | UnreadableMail],
        progress: Callable[[MailTally], None] = lambda _: None,
    ) -> None:
        """Import all mails; `tally` counts them also if the import fails.

        Raises errors of reading once the mails before are in the ledger, and errors of the ledger
        at once.
        """
        broken: Exception | None = None

        def readable() -> Iterator[tuple[int, MailFacts | UnreadableMail]]:
            nonlocal broken
            try:
                yield from enumerate(mails, 1)
            except Exception as error:
                broken = error

        numbered = readable()
        wanted: list[Numbered] = []
        async with InFlight() as work:
            while chunk := list(islice(numbered, AT_ONCE)):
                ahead = [(ordinal, mail) for ordinal, mail in chunk if self._wants(mail, ordinal)]
                # Contacts are one chunk ahead, so that there are always mails to commit.
                preparing = asyncio.create_task(self._prepare(ahead))
                try:
                    await self._start(wanted, work)
                    wanted = await preparing
                finally:
                    preparing.cancel()
                progress(self.tally)
            await self._start(wanted, work)
        if broken is not None:
            raise broken

    def _wants(self, mail: MailFacts | UnreadableMail, ordinal: int) -> TypeGuard[MailFacts]:
        self.tally.read += 1
        if isinstance(mail, UnreadableMail):
            self.tally.unreadable.append(mail)
            return False
        if discarded := sorted(filter(None, map(unwanted, mail.labels))):
            self.tally.skipped[f"in Gmail's {discarded[0]}"].append(ordinal)
            return False
        self._note(mail)
        return True

    async def _prepare(self, mails: list[Numbered]) -> list[Numbered]:
        """The mails that aren't in the ledger, with all their contacts cached."""
        names = {ordinal: self._names(mail) for ordinal, mail in mails}
        async with reading(self._pool) as log:
            known = await log.begun(name for several in names.values() for name in several)
        new = [
            (ordinal, mail) for ordinal, mail in mails if known.isdisjoint(map(str, names[ordinal]))
        ]
        self.tally.already_there += len(mails) - len(new)
        correspondents = self._correspondents
        await correspondents.meet(
            person
            for _, mail in new
            for person in (mail.correspondent, *mail.participants)
            if person.email not in self._me
        )
        self.tally.contacts_added = correspondents.added
        self.tally.contacts_named = correspondents.named
        self.tally.contacts_met = len(correspondents)
        return new

    def _names(self, mail: MailFacts) -> list[StreamName]:
        """The stream of a mail, and the one that it would have had before."""
        tenant = self._caller.tenant
        ids = [mail.message_id, *([mail.former_id] if mail.former_id else [])]
        return [StreamName(tenant, Interaction.kind, mail_id(tenant, one)) for one in ids]

    async def _start(self, mails: list[Numbered], work: InFlight) -> None:
        for ordinal, mail in mails:
            await work.start(self._track(ordinal, mail))

    async def _track(self, ordinal: int, mail: MailFacts) -> None:
        email = mail.correspondent.email
        contact_id: UUID | None = None
        removed = f"the contact {email} was removed"
        if email not in self._me:
            contact_id = self._correspondents.contact_id(email)
            if contact_id is None:
                self.tally.skipped[removed].append(ordinal)
                return
        command = TrackMail(record_of(mail, self._correspondents.contact_id), contact_id)
        try:
            _, tracked = await self._ledger.execute(self._caller, track_mail, command)
        except NotFound:
            self._correspondents[email].removed = True
            self.tally.skipped[removed].append(ordinal)
            return
        except TooLarge:
            self.tally.skipped["too large to be recorded"].append(ordinal)
            return
        self.tally.tracked += tracked
        self.tally.already_there += not tracked

    def _note(self, mail: MailFacts) -> None:
        self.tally.attachments += mail.attachments
        self.tally.shortened += mail.truncated
        for note in mail.notes:
            self.tally.oddities[oddity(note, mail.date_source)] += 1


def oddity(note: str, date_source: str) -> str:
    """The kind of a note: the note without the values of this mail."""
    if "not an address: " in note:
        return "something that isn't an address among the addresses"
    where, _, what = note.partition(": ")
    if what and " " not in where:  # the name of a header field
        return f"{what} in the header"
    kind = _COUNTED.sub("more ", _QUOTED.sub("", where))
    if kind.startswith(("date", "no date")) and date_source in TAKEN_INSTEAD:
        return f"{kind}; {TAKEN_INSTEAD[date_source]}"
    return kind
