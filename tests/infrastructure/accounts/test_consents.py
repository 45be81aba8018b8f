"""Consents that were begun: each state is good once, for a while, and for its user alone."""

import asyncio
from uuid import uuid4

import pytest

from application.consenting import Begun
from infrastructure.accounts import consents
from infrastructure.accounts.consents import BegunConsents
from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.errors import NoSecretKeys
from infrastructure.sealing.keys import Keys
from tests.infrastructure.projecting.support import emptied, ledger

pytestmark = pytest.mark.anyio

KEYS = Keys([("one", bytes(32))])


@pytest.fixture
async def fetch(module_database):
    async with ledger(emptied(module_database)) as opened:
        one = fetching(opened.pool)
        await one("DELETE FROM begun_consents RETURNING state", ())
        yield one


async def test_a_state_is_good_once(fetch):
    begun, account = BegunConsents(fetch, KEYS), uuid4()
    state, verifier = await begun.begin("t", "ada", "google", account)
    found = await asyncio.gather(*(begun.take("t", "ada", state) for _ in range(5)))
    assert [each for each in found if each] == [Begun("google", account, verifier)]
    assert await begun.take("t", "ada", state) is None


@pytest.mark.parametrize(("tenant", "user"), [("t", "eve"), ("other", "ada"), ("other", "eve")])
async def test_a_state_is_nobody_elses(fetch, tenant, user):
    """A link that was sent to a victim connects nothing of theirs."""
    begun = BegunConsents(fetch, KEYS)
    state, _ = await begun.begin("t", "ada", "google", None)
    assert await begun.take(tenant, user, state) is None
    assert await begun.take("t", "ada", state) is not None


async def test_a_state_that_isnt_bound_to_its_user_is_anybodys(fetch, monkeypatch):
    """The mutant."""
    monkeypatch.setattr(consents, "TAKE", consents.TAKE.replace("user_id = %s", "%s <> ''"))
    begun = BegunConsents(fetch, KEYS)
    state, _ = await begun.begin("t", "ada", "google", None)
    assert await begun.take("t", "eve", state) is not None


async def test_a_state_is_good_for_minutes(fetch):
    begun = BegunConsents(fetch, KEYS)
    state, _ = await begun.begin("t", "ada", "google", None)
    older = (
        "UPDATE begun_consents SET begun_at = begun_at - %s * interval '1 minute' RETURNING state"
    )
    await fetch(older, (consents.MINUTES,))
    assert await begun.take("t", "ada", state) is None
    await begun.begin("t", "bob", "google", None)
    assert len(await fetch("SELECT state FROM begun_consents", ())) == 1


async def test_a_user_has_begun_only_so_many(fetch):
    begun = BegunConsents(fetch, KEYS)
    first, _ = await begun.begin("t", "ada", "google", None)
    for _ in range(consents.MOST):
        last, _ = await begun.begin("t", "ada", "google", None)
    assert await begun.take("t", "ada", first) is None
    assert await begun.take("t", "ada", last) is not None


async def test_neither_a_state_nor_a_verifier_is_in_the_database(fetch):
    state, verifier = await BegunConsents(fetch, KEYS).begin("t", "ada", "google", None)
    rows = await fetch("SELECT begun_consents::text FROM begun_consents", ())
    assert state not in str(rows)
    assert verifier not in str(rows)
    assert state.encode().hex() not in str(rows)
    assert verifier not in repr(Begun("google", None, verifier))


async def test_without_keys_nothing_is_begun(fetch):
    with pytest.raises(NoSecretKeys):
        await BegunConsents(fetch, Keys()).begin("t", "ada", "google", None)


@pytest.mark.parametrize("state", ["", "\udcff", "x" * 100_000])
async def test_any_text_may_be_tried_for_a_state(fetch, state):
    assert await BegunConsents(fetch, KEYS).take("t", "ada", state) is None
