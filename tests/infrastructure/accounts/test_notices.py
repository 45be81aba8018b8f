"""A notice wakes the account of its channel, and does nothing else. Faults come with mutants."""

import hmac
from uuid import UUID, uuid4

import pytest

from infrastructure.accounts import notices
from infrastructure.accounts.notices import Notices, digest
from infrastructure.accounts.states import States
from infrastructure.postgres.fetch import fetching

pytestmark = pytest.mark.anyio

LATE = 3600.0
TOKEN = "a token of 256 bits"
DUE = "SELECT count(*) FROM account_states WHERE account = %s AND next_at <= now()"
ADD = """
INSERT INTO calendar_channels (id, account, tenant, calendar, address, digest)
VALUES (%s, %s, '1', 'work', 'https://kith.example.com', %s)
"""


class Line:
    """An account that was just looked at, with a channel and with those who look at it."""

    def __init__(self, opened, notices_class: type[Notices] = Notices):
        self.account, self.channel = uuid4(), uuid4()
        self.opened = opened
        self.states = States(fetching(opened.pool))
        self.notices = notices_class(fetching(opened.pool))
        self.looks = 0

    async def begin(self) -> "Line":
        async with self.opened.pool.connection() as connection:
            await connection.execute(ADD, (self.channel, self.account, digest(TOKEN)))
        await self.look()
        return self

    async def look(self) -> None:
        await self.states.began("1", self.account, LATE)
        await self.states.succeeded("1", self.account, LATE)

    async def due(self) -> bool:
        return bool(await self.opened.value(DUE, self.account))

    async def look_if_due(self) -> None:
        if await self.due():
            await self.look()
            self.looks += 1

    async def notice(self, token: str = TOKEN) -> bool:
        return await self.notices.take({self.channel: token})

    async def pass_time(self) -> None:
        async with self.opened.pool.connection() as connection:
            await connection.execute(
                "UPDATE account_states SET next_at = next_at - %s * interval '1 s' "
                "WHERE account = %s",
                (notices.GATHER + 1, self.account),
            )


async def test_a_notice_has_its_account_looked_at(opened):
    line = await Line(opened).begin()
    assert not await line.due()
    assert await line.notice()
    await line.pass_time()
    assert await line.due()


class AtOnce(Notices):
    """The mutant: every notice is a look of its own."""

    wake_sql = (
        "UPDATE account_states SET wake = true, next_at = now() - %s * interval '0 s' "
        "WHERE account = %s AND %s > 0 RETURNING account"
    )


@pytest.mark.parametrize(("mutant", "looks"), [(Notices, 1), (AtOnce, 2)])
async def test_a_notice_that_comes_twice_is_one_look(opened, mutant, looks):
    line = await Line(opened, mutant).begin()
    for _ in range(2):
        assert await line.notice()
        await line.look_if_due()
    for _ in range(2):
        await line.pass_time()
        await line.look_if_due()
    assert line.looks == looks


class PutsOff(Notices):
    """The mutant: each notice waits for another one."""

    wake_sql = (
        "UPDATE account_states SET wake = true, next_at = now() + %s * interval '1 s' "
        "WHERE account = %s AND %s > 0 RETURNING account"
    )


@pytest.mark.parametrize(("mutant", "put_off"), [(Notices, False), (PutsOff, True)])
async def test_a_flood_of_notices_puts_no_look_off(opened, mutant, put_off):
    line = await Line(opened, mutant).begin()
    await line.notice()
    await line.pass_time()
    await line.notice()
    assert await line.due() is not put_off


class Forgets(Notices):
    """The mutant: a look that has begun is good enough for a notice that comes meanwhile."""

    wake_sql = notices.WAKE.replace("SET wake = true,", "SET")


@pytest.mark.parametrize(("mutant", "seen"), [(Notices, True), (Forgets, False)])
async def test_a_notice_during_a_look_is_one_more_look(opened, mutant, seen):
    line = await Line(opened, mutant).begin()
    await line.states.began("1", line.account, LATE)
    await line.notice()
    await line.states.succeeded("1", line.account, LATE)
    await line.pass_time()
    assert await line.due() is seen


class Impatient(Notices):
    """The mutant: wakes an account whose service asked for a pause."""

    wake_sql = notices.WAKE.replace("attempts = 0", "true")


@pytest.mark.parametrize(("mutant", "patient"), [(Notices, True), (Impatient, False)])
async def test_an_account_that_fails_keeps_its_pause(opened, mutant, patient):
    line = await Line(opened, mutant).begin()
    await line.states.failed("1", line.account, None, LATE)
    await line.notice()
    await line.pass_time()
    assert await line.due() is not patient


@pytest.mark.parametrize("believed", [False, True])
@pytest.mark.parametrize("token", ["", "another", TOKEN[:-1], TOKEN + "x", "\udcff"])
async def test_a_wrong_token_wakes_nobody(opened, monkeypatch, token, believed):
    """The mutant compares nothing."""
    if believed:
        monkeypatch.setattr(hmac, "compare_digest", lambda *_: True)
    line = await Line(opened).begin()
    assert await line.notice(token) is believed
    await line.pass_time()
    assert await line.due() is believed


async def test_a_channel_that_isnt_there_wakes_nobody(opened):
    line = await Line(opened).begin()
    line.channel = UUID(int=0)
    assert not await line.notice()


async def test_an_account_that_has_ended_isnt_woken(opened):
    line = await Line(opened).begin()
    await line.states.forget("1", line.account)
    assert await line.notice()
    assert await line.states.of("1", [line.account]) == {}


async def test_the_notices_of_a_batch_count_one_by_one(opened):
    good, bad = await Line(opened).begin(), await Line(opened).begin()
    tokens = {good.channel: TOKEN, bad.channel: "another", UUID(int=0): TOKEN}
    assert await good.notices.take(tokens)
    for line in (good, bad):
        await line.pass_time()
    assert (await good.due(), await bad.due()) == (True, False)
