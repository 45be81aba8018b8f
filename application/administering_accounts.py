"""Use cases of a user's accounts: commands together with what the log must not hold.

Credentials are kept sealed beside the log, those of an account under one id. A connection is tried
before anything is kept, and before any lock is held.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from pydantic_core import from_json, to_json

from application.account_ports import AccountRegister, AccountStates, FoundCalendar, Prober
from application.accounts import (
    ChangeAccount,
    ChooseCalendars,
    ConnectAccount,
    SuspendAccount,
    change_account,
    choose_calendars,
    connect_account,
    find_account,
    note_sync,
    remove_account,
    resume_account,
    suspend_account,
)
from application.confidential import Keeper
from application.context import Caller
from application.ledger import Ledger, Respond
from application.ports import Answer
from application.work import Work
from domain.account import Access, ChosenCalendar, Rules, Suspension, calendar_id
from domain.changes import Fields
from domain.errors import Invalid, NotFound, Refusal
from domain.streams import StreamName

UNKNOWN = "The account has no such calendar."


class Login(NamedTuple):
    """The way to a service, with its credentials: `url`, and `username` and `password` where there
    are any. `origin` and `address` are the parts that may be published."""

    origin: str
    address: str | None
    values: Mapping[str, str]

    def access(self, secrets: UUID) -> Access:
        return Access(origin=self.origin, address=self.address, secrets=secrets)

    @property
    def json(self) -> str:
        return to_json(dict(self.values)).decode()


class Choice(NamedTuple):
    """A calendar by its id, and what the user wants of it."""

    id: UUID
    read: bool
    write: bool


@dataclass(frozen=True, slots=True)
class Accounts:
    """All methods raise Refusal, PreconditionFailed, and the errors of the ledger and the ports.
    `ready` raises NoSecretKeys if no credentials could be kept."""

    ledger: Ledger
    keeper: Keeper
    register: AccountRegister
    prober: Prober
    states: AccountStates
    ready: Callable[[], None]

    async def connect(
        self, caller: Caller, service: str, login: Login, rules: Rules, respond: Respond
    ) -> Answer:
        """Raises Conflict if the user has as many accounts as a user may have."""
        self.ready()
        found = await self.prober.calendars(caller.tenant, service, login.values)
        identity, secrets = (self.keeper.id_for(caller, kind) for kind in ("account", "secrets"))
        async with self.register.changing(caller.tenant, caller.principal.user) as others:
            calendars = first_choice(identity, found, write=not others.writing)
            access = login.access(secrets)
            command = ConnectAccount(identity, service, access, rules, calendars, others.number)
            async with self.keeper.keeping(caller, identity, {secrets: login.json}):
                # Before the append: visits go by the states of accounts.
                await self.states.found(caller.tenant, identity, found)
                try:
                    return await self.ledger.carry_out(caller, connect_account, command, respond)
                except Refusal:
                    if caller.key is None:
                        await self.states.forget(caller.tenant, identity)
                    raise

    async def login(self, caller: Caller, secrets: UUID) -> Mapping[str, str]:
        """The values that are kept under an id. Raises NotFound if the account has ended."""
        known = await self.keeper.values.known(caller.tenant, [secrets])
        if secrets not in known:
            raise NotFound("Account not found", code="account_not_found")
        values: Mapping[str, str] = from_json(known[secrets])
        return values

    async def change(
        self, caller: Caller, account: UUID, fields: Fields, service: str, login: Login | None
    ) -> None:
        """`login` None leaves the way to the service as it is; another one is tried first."""
        if login is None:
            command = ChangeAccount(account, fields)
            await self.ledger.carry_out(caller, change_account, command, _nothing)
            return
        self.ready()
        found = await self.prober.calendars(caller.tenant, service, login.values)
        secrets = self.keeper.new_id()
        command = ChangeAccount(account, fields, login.access(secrets))
        replaced: set[UUID] = set()

        async def changing(work: Work, command: ChangeAccount) -> StreamName:
            # Not what was shown: another change may have come between.
            replaced.add((await find_account(work, account)).state.access.secrets)
            return await change_account(work, command)

        async with self.keeper.keeping(caller, account, {secrets: login.json}):
            await self.ledger.carry_out(caller, changing, command, _nothing)
        await self.keeper.values.forget(caller.tenant, replaced)
        await self.states.found(caller.tenant, account, found)
        await self.states.wake(caller.tenant, account)

    async def choose(self, caller: Caller, account: UUID, choices: Sequence[Choice]) -> None:
        """Read and write these calendars, and no others. The user's other accounts cease to be
        written if one of these is. Raises Invalid for a calendar that isn't there, and for one that
        can't be written."""
        found = await self.states.calendars(caller.tenant, account)
        chosen = chosen_of(choices, {calendar_id(account, each.name): each for each in found})
        async with self.register.changing(caller.tenant, caller.principal.user) as others:
            writing = tuple(each for each in others.writing if each != account)
            command = ChooseCalendars(account, chosen, writing)
            await self.ledger.carry_out(caller, choose_calendars, command, _nothing)
        await self.states.wake(caller.tenant, account)

    async def sync(self, caller: Caller, account: UUID, respond: Respond) -> Answer:
        """Have the service looked at now. Raises Conflict for an account that is suspended."""
        answer = await self.ledger.carry_out(caller, note_sync, account, respond)
        await self.states.wake(caller.tenant, account)
        return answer

    async def pause(self, caller: Caller, account: UUID, respond: Respond) -> Answer:
        command = SuspendAccount(account, Suspension.REQUESTED)
        return await self.ledger.carry_out(caller, suspend_account, command, respond)

    async def resume(self, caller: Caller, account: UUID, respond: Respond) -> Answer:
        answer = await self.ledger.carry_out(caller, resume_account, account, respond)
        await self.states.wake(caller.tenant, account)
        return answer

    async def remove(self, caller: Caller, account: UUID, respond: Respond) -> Answer:
        answer = await self.ledger.carry_out(caller, remove_account, account, respond)
        await self.keeper.values.forget_all(caller.tenant, account)
        await self.states.forget(caller.tenant, account)
        return answer


def first_choice(
    account: UUID, found: Sequence[FoundCalendar], *, write: bool
) -> tuple[ChosenCalendar, ...]:
    """The first calendar is read, and written as well if it can be and none of the user's is."""
    return tuple(
        ChosenCalendar(
            id=calendar_id(account, each.name), read=True, write=write and not each.read_only
        )
        for each in found[:1]
    )


def chosen_of(
    choices: Sequence[Choice], found: Mapping[UUID, FoundCalendar]
) -> tuple[ChosenCalendar, ...]:
    """The calendars that are read or written. Raises Invalid."""
    for each in choices:
        if each.id not in found:
            raise Invalid(UNKNOWN, code="calendar_unknown", field="calendars")
        if each.write and found[each.id].read_only:
            detail = "This calendar can only be read."
            raise Invalid(detail, code="calendar_read_only", field="calendars")
    if len({each.id for each in choices}) < len(choices):
        raise Invalid("A calendar is named twice.", code="calendar_twice", field="calendars")
    return tuple(
        ChosenCalendar(id=each.id, read=each.read, write=each.write)
        for each in choices
        if each.read or each.write
    )


def _nothing(_: object) -> Answer:
    return Answer(204)
