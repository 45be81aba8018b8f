"""Accounts whose users consent at their service, instead of giving kith a password.

A consent is begun and redeemed by the same user, each time with their own token: the browser that
comes back from the service in between proves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from application.administering_accounts import Accounts, Login
from application.context import Caller
from domain.errors import Invalid

UNKNOWN = "This consent isn't known: it is another user's, was used, or took too long. Begin again."


class Begun(NamedTuple):
    """`account` is the one that is to have the new grant, None for a new account."""

    service: str
    account: UUID | None
    verifier: str

    def __repr__(self) -> str:
        return f"Begun({self.service!r}, {self.account!r})"


class Redeemed(NamedTuple):
    """A consent that has become a login."""

    service: str
    account: UUID | None
    login: Login


class BegunConsents(Protocol):
    async def begin(
        self, tenant: str, user: str, service: str, account: UUID | None
    ) -> tuple[str, str]:
        """A new state, and its verifier."""
        ...

    async def take(self, tenant: str, user: str, state: str) -> Begun | None:
        """The beginning that a state of the user stands for, once."""
        ...


class ConsentServices(Protocol):
    def url(self, service: str, state: str, verifier: str) -> str:
        """The address where the user consents."""
        ...

    def check(self, service: str) -> None:
        """Raises Invalid for a service that this kith isn't registered with."""
        ...

    async def revoke(self, tenant: str, service: str, values: Mapping[str, str]) -> None:
        """Take a grant back, where the service can. Raises nothing."""
        ...

    async def granted(self, tenant: str, service: str, code: str, verifier: str) -> Login:
        """The login that a code stands for. Raises Invalid: `account_refused` or
        `account_unreachable`."""
        ...


@dataclass(frozen=True, slots=True)
class Consents:
    """All methods raise Refusal, and the errors of the ledger and the ports."""

    accounts: Accounts
    begun: BegunConsents
    services: ConsentServices

    async def begin(self, caller: Caller, service: str, account: UUID | None) -> str:
        """The address where the caller consents, for a new account or one of theirs."""
        self.services.check(service)
        self.accounts.ready()
        user = caller.principal.user
        state, verifier = await self.begun.begin(caller.tenant, user, service, account)
        return self.services.url(service, state, verifier)

    async def redeem(self, caller: Caller, state: str, code: str) -> Redeemed:
        """Exchange the code for tokens. The state is good no longer, whatever follows."""
        begun = await self.begun.take(caller.tenant, caller.principal.user, state)
        if begun is None:
            raise Invalid(UNKNOWN, code="consent_unknown", field="state")
        login = await self.services.granted(caller.tenant, begun.service, code, begun.verifier)
        return Redeemed(begun.service, begun.account, login)
