"""Facts to be relayed: some contacts, and what passes between them, spread over some seconds."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

from application.entity import Entity
from application.errors import AppendError
from domain.record import Said
from tests.faults.chance import chance
from tests.infrastructure.projecting.support import Ledger

AT_ONCE = 25
REFUSED = (AppendError, psycopg.Error, PoolTimeout, OSError)


class Writer:
    """One in five facts changes what was there: an interaction is amended, a contact renamed."""

    def __init__(self, opened: Ledger):
        self._opened = opened
        self._contacts: list[Entity] = []
        self._calls: list[Entity] = []
        self.written = 0

    async def write(self, events: int, seconds: float = 0.0) -> None:
        """Append so many events over at least so many seconds. Events that the database refuses
        while it is away are dropped."""
        until = time.monotonic() + seconds
        goal = self.written + events
        while (left := goal - self.written) > 0:
            await asyncio.gather(*[self._try(self._fact()) for _ in range(min(AT_ONCE, left))])
            batches = max(1, (goal - self.written) // AT_ONCE)
            await asyncio.sleep(max(0.0, until - time.monotonic()) / batches)

    async def _try(self, fact: Awaitable[Any]) -> None:
        try:
            await fact
            self.written += 1
        except REFUSED:
            await asyncio.sleep(0.1)

    async def _fact(self) -> None:
        opened = self._opened
        if len(self._contacts) < 20:
            self._contacts.append(await opened.contact(f"Contact {self.written}"))
            return
        which = chance.random()
        if which < 0.1:
            place = chance.randrange(len(self._contacts))
            contact = self._contacts.pop(place)
            details = contact.state.details.model_copy(update={"name": f"Named {self.written}"})
            events = contact.state.change_details(details)
            self._contacts.append(await opened.append(contact.stream, contact, *events))
        elif which < 0.2 and self._calls:
            call = self._calls.pop(chance.randrange(len(self._calls)))
            await opened.amend(call, said=Said(notes=f"note {self.written}"))
        else:
            contact = chance.choice(self._contacts)
            self._calls.append(await opened.log(contact=contact.id))
