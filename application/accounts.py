"""Commands about a user's accounts, one handler each.

Commands and events only refer to addresses and credentials; `administering_accounts` keeps these.
"""

from dataclasses import dataclass, field
from uuid import UUID

from application.entity import Entity
from application.work import Work
from domain.account import Access, Account, ChosenCalendar, Rules, Suspension
from domain.changes import Fields, patched
from domain.errors import Conflict, NotFound
from domain.streams import StreamName

MOST = 20
"""Accounts of a user."""


@dataclass(frozen=True, slots=True)
class ConnectAccount:
    """The id is chosen beforehand, because confidential values are kept under it. `others` is the
    number of the user's accounts."""

    account_id: UUID
    service: str
    access: Access
    rules: Rules
    calendars: tuple[ChosenCalendar, ...]
    others: int


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """`fields` of the rules are set, all others stay. `access` None leaves the way to the service
    as it is."""

    account_id: UUID
    fields: Fields = field(default_factory=dict)
    access: Access | None = None


@dataclass(frozen=True, slots=True)
class ChooseCalendars:
    """`writing` are the user's other accounts that are written; they cease to be if one of these
    calendars is."""

    account_id: UUID
    calendars: tuple[ChosenCalendar, ...]
    writing: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class SuspendAccount:
    account_id: UUID
    reason: Suspension


async def connect_account(work: Work, command: ConnectAccount) -> StreamName:
    if command.others >= MOST:
        raise Conflict(f"A user has up to {MOST} accounts", code="too_many_accounts")
    events = Account.connect(
        command.service, work.user, command.access, command.rules, command.calendars
    )
    return work.begin(Account.kind, command.account_id, events)


async def change_account(work: Work, command: ChangeAccount) -> StreamName:
    entity = work.checked(await find_account(work, command.account_id))
    events = entity.state.change_rules(patched(entity.state.rules, command.fields))
    if command.access is not None:
        events += entity.state.reauthorise(command.access)
    return work.append_to(entity, events)


async def choose_calendars(work: Work, command: ChooseCalendars) -> StreamName:
    entity = work.checked(await find_account(work, command.account_id))
    stream = work.append_to(entity, entity.state.choose(command.calendars))
    if any(each.write for each in command.calendars):
        for identity in command.writing:
            other = await work.load(Account.kind, identity)
            if other is not None and other.state.writes and other.state.user == work.user:
                work.append_to(other, other.state.stop_writing())
    return stream


async def suspend_account(work: Work, command: SuspendAccount) -> StreamName:
    entity = await find_account(work, command.account_id)
    return work.append_to(entity, entity.state.suspend(command.reason))


async def resume_account(work: Work, identity: UUID) -> StreamName:
    entity = await find_account(work, identity)
    return work.append_to(entity, entity.state.resume())


async def remove_account(work: Work, identity: UUID) -> StreamName:
    entity = work.checked(await find_account(work, identity))
    return work.append_to(entity, entity.state.remove())


async def note_sync(work: Work, identity: UUID) -> StreamName:
    """A look at the service changes nothing about the account; its answer is kept where there is a
    key. Raises Conflict for an account that is suspended."""
    entity = await find_account(work, identity)
    if entity.state.suspended:
        detail = "The account is suspended; resume it first, or give new credentials"
        raise Conflict(detail, code="account_suspended")
    return entity.stream


async def find_account(work: Work, identity: UUID) -> Entity[Account]:
    """Raises NotFound, also for an account that was removed or is another user's."""
    entity = await work.load(Account.kind, identity)
    if entity is None or entity.state.removed or entity.state.user != work.user:
        raise NotFound("Account not found", code="account_not_found")
    return entity
