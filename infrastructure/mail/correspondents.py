"""The contacts of the addresses of a mailbox: each is looked up or added once per import."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.context import Caller
from application.ledger import Ledger
from application.mail import (
    AddCorrespondent,
    NameCorrespondent,
    add_correspondent,
    correspondent_id,
    name_correspondent,
)
from domain.errors import NotFound
from domain.mail_address import normal
from infrastructure.in_flight import InFlight
from infrastructure.mail.addresses import Address
from projections.contacts import by_email as contacts_by_email
from projections.paging import Fetch


@dataclass(slots=True)
class Correspondent:
    """A contact of the ledger, removed or not."""

    id: UUID
    named: bool
    removed: bool = False


class Correspondents:
    """Caches the contact of every address, in about 300 bytes each."""

    def __init__(self, ledger: Ledger, fetch: Fetch, caller: Caller):
        self._ledger = ledger
        self._fetch = fetch
        self._caller = caller
        self._known: dict[str, Correspondent] = {}
        self.added = 0
        self.named = 0

    def __len__(self) -> int:
        return len(self._known)

    def __getitem__(self, email: str) -> Correspondent:
        return self._known[email]

    def contact_id(self, email: str) -> UUID | None:
        """The contact to link; None for a removed one."""
        known = self._known[email]
        return None if known.removed else known.id

    async def meet(self, people: Iterable[Address]) -> None:
        """Cache the contacts of `people`: look them up, or else add them."""
        names: dict[str, str | None] = {}
        for person in people:
            names[person.email] = names.get(person.email) or person.name
        strangers = [email for email in names if email not in self._known]
        if strangers:
            await self._look_up(strangers)
        async with InFlight() as work:
            for email, name in names.items():
                known = self._known.get(email)
                if known is None:
                    await work.start(self._add(email, name))
                elif name and not known.named and not known.removed:
                    await work.start(self._name(known, name))

    async def _look_up(self, emails: list[str]) -> None:
        ids = {email: correspondent_id(self._caller.tenant, email) for email in emails}
        found = await contacts_by_email.find(self._fetch, self._caller.tenant, ids)
        for email, contact in found.items():
            named = normal(contact.name) != email
            self._known[email] = Correspondent(contact.id, named, contact.removed)

    async def _add(self, email: str, name: str | None) -> None:
        command = AddCorrespondent(email, name)
        # If a concurrent import has added the contact, the id is the same.
        _, added = await self._ledger.execute(self._caller, add_correspondent, command)
        self.added += added
        identity = correspondent_id(self._caller.tenant, email)
        self._known[email] = Correspondent(identity, named=bool(name) or not added)

    async def _name(self, known: Correspondent, name: str) -> None:
        known.named = True
        command = NameCorrespondent(known.id, name)
        try:
            _, named = await self._ledger.execute(self._caller, name_correspondent, command)
            self.named += named
        except NotFound:
            known.removed = True
