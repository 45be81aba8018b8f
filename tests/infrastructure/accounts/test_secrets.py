"""Credentials are sealed or not kept at all, and end with their account."""

from uuid import UUID

import psycopg
import pytest
from uuid_utils.compat import uuid7

from infrastructure.accounts.forgetting import forgetting_accounts
from infrastructure.accounts.problems import Problems
from infrastructure.accounts.register import Register
from infrastructure.accounts.secrets import account_secrets
from infrastructure.accounts.states import States
from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.errors import NoSecretKeys, Unopened
from infrastructure.sealing.keys import Keys
from infrastructure.sealing.values import ConfidentialValues
from projections.accounts.model import all_of, one
from tests.infrastructure.accounts.support import KEYS, PASSWORD, connect
from tests.infrastructure.projecting.support import eventually

pytestmark = pytest.mark.anyio


async def _is_kept_of(opened, number: int) -> bool:
    """True if there are credentials, a state and problems of so many accounts."""
    states = await opened.value("SELECT count(*) FROM account_states")
    problems = await opened.value("SELECT count(*) FROM account_problems")
    return (await kept(opened), int(states), int(problems)) == (number, number, number)


async def kept(opened) -> int:
    return int(await opened.value("SELECT count(*) FROM account_secrets"))


async def test_credentials_are_known_to_their_account_alone(opened):
    account = await connect(opened)
    values, secrets = account_secrets(fetching(opened.pool), KEYS), account.state.access.secrets
    assert await values.known("1", [secrets]) == {secrets: PASSWORD}
    assert await values.known("2", [secrets]) == {}
    await opened.rows("UPDATE account_secrets SET account = %s RETURNING 1", UUID(int=7))
    with pytest.raises(Unopened):
        await values.known("1", [secrets])


async def test_credentials_arent_kept_without_a_key(opened):
    with pytest.raises(NoSecretKeys):
        await account_secrets(fetching(opened.pool), Keys()).keep(uuid7(), "1", uuid7(), PASSWORD)
    assert await kept(opened) == 0


async def test_a_mutant_that_keeps_credentials_plain_is_refused_by_the_table(opened, monkeypatch):
    monkeypatch.setattr(ConfidentialValues, "seal", lambda *given: given[-1])
    with pytest.raises(psycopg.errors.CheckViolation):
        await connect(opened)


async def test_everything_beside_an_account_that_has_ended_is_forgotten(opened):
    ended, other = await connect(opened), await connect(opened)
    await opened.append(ended.stream, ended, *ended.state.remove())
    states = States(fetching(opened.pool))
    for each in (ended, other):
        await states.found("1", each.id, [])
        await Problems(fetching(opened.pool)).add("1", each.id, "a", None, "rule", "No.")
    async with forgetting_accounts(opened.pool):
        await eventually(lambda: _is_kept_of(opened, 1))
    assert list(await states.of("1", [ended.id, other.id])) == [other.id]


async def test_accounts_are_their_users(opened):
    mine, _, _ = await connect(opened), await connect(opened, "6"), await connect(opened, "5", "2")
    fetch = fetching(opened.pool)
    assert [row.id for row in await all_of(fetch, "1", "5")] == [mine.id]
    assert len(await all_of(fetch, "1")) == 2
    assert await one(fetch, "1", "5", mine.id) is not None
    assert await one(fetch, "1", "6", mine.id) is None
    assert await one(fetch, "2", "5", mine.id) is None
    async with Register(opened.pool).changing("1", "5") as others:
        assert (others.number, others.writing) == (1, ())


async def test_a_removed_account_has_no_row(opened):
    account = await connect(opened)
    await opened.append(account.stream, account, *account.state.remove())
    assert await all_of(fetching(opened.pool), "1") == []
