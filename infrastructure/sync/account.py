"""An account as its visits need it: whose it is, and which calendars are read and written."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from application.context import Caller, Principal
from infrastructure.calendars.port import Trouble

CONTRACT = "calendar"
"""The contract in the envelope of what a calendar led to."""


class Chosen(NamedTuple):
    """A calendar of the account, and what kith does with it."""

    id: str
    read: bool
    write: bool


class VisitedAccount(NamedTuple):
    """`principal` is the account's user; `addresses` are theirs, in their normal form."""

    id: UUID
    principal: Principal
    kind: str
    addresses: frozenset[str]
    calendars: tuple[Chosen, ...]

    @property
    def tenant(self) -> str:
        assert self.principal.tenant is not None
        return self.principal.tenant

    @property
    def correlation(self) -> str:
        return correlation_of(self.id)

    @property
    def written(self) -> str | None:
        """The calendar that new meetings are put into."""
        return next((each.id for each in self.calendars if each.write), None)

    def caller(self, position: int | None = None) -> Caller:
        """The account's user, with a decision on a meeting as it was at this position."""
        match = None if position is None else frozenset({position})
        return Caller(self.principal, CONTRACT, self.correlation, if_match=match)


def correlation_of(account: UUID) -> str:
    """The correlation in the envelope of what an account's calendar led to."""
    return f"account:{account}"


NoteProblems = Callable[[VisitedAccount, Sequence[Trouble]], Awaitable[None]]
"""Notes for the account's user what couldn't be taken."""
