"""Ports of the administration of accounts: a probe of services, a register, and their states."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol
from uuid import UUID


class FoundCalendar(NamedTuple):
    """A calendar as its service has it. `name` is the service's own name of it, which no event
    shows; `title` is for people."""

    name: str
    title: str
    read_only: bool


class Others(NamedTuple):
    """The number of a user's accounts, and those of them that are written."""

    number: int
    writing: tuple[UUID, ...]


class Prober(Protocol):
    async def calendars(
        self, tenant: str, service: str, values: Mapping[str, str]
    ) -> Sequence[FoundCalendar]:
        """Try the connection. Raises Refusal: `account_unreachable`, `account_refused` or
        `account_address_private`."""
        ...


class AccountRegister(Protocol):
    def changing(self, tenant: str, user: str) -> AbstractAsyncContextManager[Others]:
        """A user's accounts, locked inside the block against other additions and choices."""
        ...


class AccountStates(Protocol):
    """The state of the errand beside the log: what was found, and when the service is looked at."""

    async def found(self, tenant: str, account: UUID, calendars: Sequence[FoundCalendar]) -> None:
        """Keep the calendars that the service has now."""
        ...

    async def calendars(self, tenant: str, account: UUID) -> Sequence[FoundCalendar]: ...

    async def wake(self, tenant: str, account: UUID) -> None:
        """Have the service looked at now."""
        ...

    async def forget(self, tenant: str, account: UUID) -> None: ...
