"""A connection is tried before anything is kept; what is kept ends with its account."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from pydantic_core import from_json

from application import accounts as commands
from application.account_ports import FoundCalendar, Others
from application.accounts import SuspendAccount, suspend_account
from application.administering_accounts import Accounts, Choice, Login
from application.confidential import Keeper
from application.context import Caller, Principal
from application.errors import PreconditionFailed
from domain.account import Account, AccountConnected, Rules, Suspension, calendar_id
from domain.errors import Conflict, Invalid, NotFound
from tests.application.confidential import Values
from tests.application.desk import Desk, id_of, show

pytestmark = pytest.mark.anyio

URL = "https://dav.invalid/ann/"
LOGIN = Login(
    "https://dav.invalid", "ann@dav.invalid", {"url": URL, "username": "ann", "password": "one"}
)
NEWER = LOGIN._replace(values={**LOGIN.values, "password": "two"})
FOUND = [
    FoundCalendar("/a/", "Work", False),
    FoundCalendar("/b/", "Private", False),
    FoundCalendar("/c/", "Holidays", True),
]


class Register:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.more = 0

    @asynccontextmanager
    async def changing(self, tenant: str, user: str) -> AsyncIterator[Others]:
        recorded = await self.desk.recorded()
        ids = {each.stream.id for each in recorded if isinstance(each.event, AccountConnected)}
        states = {identity: await self.desk.state(Account.kind, identity) for identity in ids}
        mine = {key: state for key, state in states.items() if state.user == user}
        writing = tuple(key for key, state in mine.items() if state.writes)
        yield Others(len(mine) + self.more, writing)


class Prober:
    def __init__(self) -> None:
        self.found: Sequence[FoundCalendar] = FOUND
        self.refusal: Invalid | None = None
        self.tried: list[Mapping[str, str]] = []

    async def calendars(
        self, tenant: str, service: str, values: Mapping[str, str]
    ) -> Sequence[FoundCalendar]:
        self.tried.append(values)
        if self.refusal is not None:
            raise self.refusal
        return self.found


class States:
    def __init__(self) -> None:
        self.listed: dict[UUID, Sequence[FoundCalendar]] = {}
        self.woken: list[UUID] = []

    async def found(self, tenant: str, account: UUID, calendars: Sequence[FoundCalendar]) -> None:
        self.listed[account] = calendars

    async def calendars(self, tenant: str, account: UUID) -> Sequence[FoundCalendar]:
        return self.listed.get(account, ())

    async def wake(self, tenant: str, account: UUID) -> None:
        self.woken.append(account)

    async def forget(self, tenant: str, account: UUID) -> None:
        self.listed.pop(account, None)


class Administration:
    def __init__(self, desk: Desk):
        self.desk = desk
        self.values, self.states, self.prober = Values(), States(), Prober()
        self.register = Register(desk)
        keeper = Keeper(self.values, uuid4)
        self.accounts = Accounts(
            desk.ledger, keeper, self.register, self.prober, self.states, lambda: None
        )

    def caller(self, key: str | None = None, if_match: int | None = None) -> Caller:
        match = None if if_match is None else frozenset({if_match})
        named = self.desk.key(key, path="/api/accounts") if key else None
        return Caller(self.desk.principal, "tracking", "req-1", key=named, if_match=match)

    async def connect(self, key: str | None = None) -> UUID:
        connecting = self.accounts.connect(self.caller(key), "caldav", LOGIN, Rules(), show)
        return id_of(await connecting)

    async def state(self, account: UUID) -> Account:
        state: Account = await self.desk.state(Account.kind, account)
        return state

    async def choose(self, account: UUID, *wanted: tuple[str, bool, bool]) -> None:
        choices = [Choice(calendar_id(account, name), read, write) for name, read, write in wanted]
        await self.accounts.choose(self.caller(), account, choices)

    @property
    def passwords(self) -> list[str]:
        return sorted(from_json(value)["password"] for value in self.values.values.values())


@pytest.fixture
def administration(here: Desk) -> Administration:
    return Administration(here)


class TestConnecting:
    async def test_reads_and_writes_the_first_calendar(self, administration):
        account = await administration.connect()
        (chosen,) = (await administration.state(account)).calendars
        assert (chosen.id, chosen.read, chosen.write) == (calendar_id(account, "/a/"), True, True)
        assert administration.passwords == ["one"]

    async def test_writes_no_calendar_that_can_only_be_read(self, administration):
        administration.prober.found = FOUND[2:]
        (chosen,) = (await administration.state(await administration.connect())).calendars
        assert (chosen.read, chosen.write) == (True, False)

    async def test_writes_no_second_calendar_of_a_user(self, administration):
        await administration.connect()
        assert not (await administration.state(await administration.connect())).writes

    async def test_takes_an_account_without_calendars(self, administration):
        administration.prober.found = []
        assert (await administration.state(await administration.connect())).calendars == ()

    async def test_keeps_nothing_of_a_refused_connection(self, administration):
        administration.prober.refusal = Invalid("No.", code="account_refused")
        with pytest.raises(Invalid):
            await administration.connect()
        assert administration.passwords == []
        assert await administration.desk.events() == []

    async def test_tries_nothing_without_a_key_to_seal_with(self, administration, here):
        def unready() -> None:
            raise RuntimeError

        one = administration.accounts
        ports = (one.keeper, one.register, one.prober, one.states)
        accounts = Accounts(here.ledger, *ports, unready)
        with pytest.raises(RuntimeError):
            await accounts.connect(administration.caller(), "caldav", LOGIN, Rules(), show)
        assert administration.prober.tried == []

    async def test_leaves_no_credentials_of_one_account_too_many(self, administration):
        administration.register.more = commands.MOST
        with pytest.raises(Conflict) as refused:
            await administration.connect()
        assert refused.value.code == "too_many_accounts"
        assert (administration.passwords, administration.states.listed) == ([], {})

    async def test_happens_once_per_key(self, administration):
        assert await administration.connect("k") == await administration.connect("k")
        assert len([e for e in await administration.desk.events() if "connected" in e.type]) == 1
        assert administration.passwords == ["one"]


class TestCredentials:
    async def test_are_replaced_by_those_that_were_tried(self, administration):
        account = await administration.connect()
        caller = administration.caller()
        await administration.accounts.change(caller, account, {}, "caldav", NEWER)
        assert administration.passwords == ["two"]
        kept = (await administration.state(account)).access.secrets
        assert await administration.accounts.login(caller, kept) == NEWER.values
        assert administration.states.woken == [account]

    async def test_that_are_refused_change_nothing(self, administration):
        account = await administration.connect()
        administration.prober.refusal = Invalid("No.", code="account_refused")
        with pytest.raises(Invalid):
            await administration.accounts.change(
                administration.caller(), account, {}, "caldav", NEWER
            )
        assert administration.passwords == ["one"]

    async def test_for_a_stale_account_are_forgotten(self, administration):
        account = await administration.connect()
        caller = administration.caller(if_match=10**9)
        with pytest.raises(PreconditionFailed):
            await administration.accounts.change(caller, account, {}, "caldav", NEWER)
        assert administration.passwords == ["one"]

    async def test_lift_a_suspension_by_the_service(self, administration):
        account = await administration.connect()
        await administration.desk.does(
            suspend_account, SuspendAccount(account, Suspension.CREDENTIALS)
        )
        await administration.accounts.change(administration.caller(), account, {}, "caldav", NEWER)
        assert (await administration.state(account)).suspended is None

    async def test_end_with_the_account(self, administration):
        account = await administration.connect()
        await administration.accounts.remove(administration.caller(), account, show)
        assert (administration.passwords, administration.states.listed) == ([], {})


class TestCalendars:
    async def test_of_one_account_cease_to_be_written_as_another_is(self, administration):
        first, second = await administration.connect(), await administration.connect()
        await administration.choose(second, ("/a/", True, False), ("/b/", False, True))
        assert not (await administration.state(first)).writes
        assert (await administration.state(second)).writes
        assert [each.read for each in (await administration.state(first)).calendars] == [True]

    async def test_that_are_neither_read_nor_written_arent_chosen(self, administration):
        account = await administration.connect()
        await administration.choose(account, ("/a/", False, False), ("/b/", True, False))
        (chosen,) = (await administration.state(account)).calendars
        assert chosen.id == calendar_id(account, "/b/")

    @pytest.mark.parametrize(
        ("wanted", "code"),
        [
            ([("/c/", True, True)], "calendar_read_only"),
            ([("/d/", True, False)], "calendar_unknown"),
            ([("/a/", True, False)] * 2, "calendar_twice"),
            ([("/a/", True, True), ("/b/", True, True)], "one_calendar_written"),
        ],
    )
    async def test_that_cant_be_chosen_are_refused(self, administration, wanted, code):
        account = await administration.connect()
        with pytest.raises(Invalid) as refused:
            await administration.choose(account, *wanted)
        assert refused.value.code == code
        assert (await administration.state(account)).writes


async def test_another_users_account_isnt_there(administration, here):
    account = await administration.connect()
    caller = Caller(Principal("6", "Ann", tenant=here.tenant), "tracking", "req-2")
    accounts = administration.accounts
    for attempt in (
        accounts.change(caller, account, {}, "caldav", None),
        accounts.choose(caller, account, []),
        accounts.sync(caller, account, show),
        accounts.pause(caller, account, show),
        accounts.resume(caller, account, show),
        accounts.remove(caller, account, show),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert administration.passwords == ["one"]


async def test_a_suspended_account_isnt_looked_at(administration):
    account = await administration.connect()
    await administration.accounts.pause(administration.caller(), account, show)
    with pytest.raises(Conflict) as refused:
        await administration.accounts.sync(administration.caller(), account, show)
    assert refused.value.code == "account_suspended"
    assert administration.states.woken == []
    await administration.accounts.resume(administration.caller(), account, show)
    await administration.accounts.sync(administration.caller(), account, show)
    assert administration.states.woken == [account, account]
