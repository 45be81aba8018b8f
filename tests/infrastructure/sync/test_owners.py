"""An account has one owner at a time, over all processes."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from infrastructure.sync.owners import Owners, key_of
from infrastructure.sync.visit import Overtaken
from tests.infrastructure.projecting.support import eventually, kill

pytestmark = pytest.mark.anyio

OWNERS = "application_name = 'kith sync owners'"


class AsksTheDatabaseAlone(Owners):
    """The mutant: forgets that a session is granted a lock again that it holds."""

    @property
    def _held(self):
        return set()

    @_held.setter
    def _held(self, _): ...


async def owned_at_once(owners: list[Owners]) -> int:
    """The most owners that one account had at a time."""
    account, most, now = uuid4(), 0, 0

    async def own(one: Owners) -> None:
        nonlocal most, now
        for _ in range(5):
            async with one.owning(account) as owned:
                if owned:
                    now += 1
                    most = max(most, now)
                    await asyncio.sleep(0.01)
                    now -= 1

    await asyncio.gather(*(own(one) for one in owners for _ in range(3)))
    return most


async def test_an_account_has_one_owner_over_all_processes(opened):
    async with Owners.open(opened.conninfo) as one, Owners.open(opened.conninfo) as other:
        assert await owned_at_once([one, other]) == 1


async def test_two_owners_in_one_process_are_noticed(opened):
    async with AsksTheDatabaseAlone.open(opened.conninfo) as one:
        assert await owned_at_once([one]) > 1


async def test_accounts_of_an_owner_that_is_gone_are_free(opened):
    account = uuid4()
    async with Owners.open(opened.conninfo) as one, Owners.open(opened.conninfo) as other:
        async with one.owning(account) as owned:
            assert owned
            assert await kill(opened.conninfo, f"{OWNERS} AND pid = %s", _pid(one)) == 1

            async def is_free() -> bool:
                async with other.owning(account) as taken_over:
                    return taken_over

            await eventually(is_free)
        with pytest.raises(psycopg.Error):
            async with one.owning(account):
                pass
        assert one.lost


async def test_a_visit_ends_the_one_before(desk):
    before = await desk.begin()
    await before.check()
    after = await desk.begin()
    with pytest.raises(Overtaken):
        await before.check()
    await after.check()


async def test_a_visit_waits_for_what_the_one_before_is_writing(desk):
    before = await desk.begin()
    async with before.transaction():
        beginning = asyncio.create_task(desk.begin())
        done, _ = await asyncio.wait([beginning], timeout=0.1)
        assert not done
    await beginning


def test_accounts_have_keys_of_their_own():
    keys = {key_of(uuid4()) for _ in range(1_000)}
    assert len(keys) == 1_000


def _pid(owners: Owners) -> int:
    return owners._connection.info.backend_pid
