"""When the service of an account is looked at, and what its user is told about it."""

from uuid import UUID

import pytest

from application.account_ports import FoundCalendar
from infrastructure.accounts.states import States
from infrastructure.postgres.fetch import fetching

pytestmark = pytest.mark.anyio

FOUND = [FoundCalendar("/a/", "Work", False), FoundCalendar("/b/", "Höliday 🙂", True)]
SOON, LATE = 0.0, 3600.0
ONE, NOBODY = UUID(int=1), UUID(int=7)


@pytest.fixture
def states(opened) -> States:
    return States(fetching(opened.pool))


async def due(opened) -> list[tuple[UUID, bool]]:
    """Accounts whose service is to be looked at, and True for those that were woken."""
    return [
        (account, woken)
        for account, woken in await opened.rows(
            "SELECT account, wake FROM account_states WHERE next_at <= now() ORDER BY next_at"
        )
    ]


async def test_a_new_account_is_due_at_once(opened, states):
    await states.found("1", ONE, FOUND)
    assert await due(opened) == [(ONE, True)]
    assert await states.calendars("1", ONE) == FOUND
    assert (await states.of("1", [ONE, NOBODY]))[ONE].phase == "connecting"
    assert await states.of("1", [NOBODY]) == {}


async def test_an_account_that_is_looked_at_isnt_due(opened, states):
    await states.found("1", ONE, FOUND)
    await states.began("1", ONE, LATE)
    assert await due(opened) == []


async def test_a_look_that_never_ended_is_due_again(opened, states):
    await states.found("1", ONE, FOUND)
    await states.began("1", ONE, SOON)
    assert await due(opened) == [(ONE, False)]


async def test_a_success_is_told_and_ends_a_failure(opened, states):
    await states.found("1", ONE, FOUND)
    await states.failed("1", ONE, "Give a new password.", SOON)
    await states.began("1", ONE, LATE)
    await states.advanced("1", ONE, {"seen": 3})
    await states.succeeded("1", ONE, LATE)
    state = (await states.of("1", [ONE]))[ONE]
    assert (state.phase, state.attention, state.attempts) == ("active", None, 0)
    assert state.last_success is not None
    assert (state.failing_since, state.progress) == (None, {"seen": 3})
    assert await due(opened) == []


async def test_failures_are_counted_from_the_first_one(states):
    await states.found("1", ONE, FOUND)
    await states.failed("1", ONE, None, SOON)
    first = (await states.of("1", [ONE]))[ONE]
    await states.failed("1", ONE, "Give a new password.", LATE)
    second = (await states.of("1", [ONE]))[ONE]
    assert (second.attention, first.attempts, second.attempts) == ("Give a new password.", 1, 2)
    assert second.failing_since == first.failing_since is not None


async def test_waking_during_a_look_has_the_service_looked_at_once_more(opened, states):
    await states.found("1", ONE, FOUND)
    await states.began("1", ONE, LATE)
    await states.wake("1", ONE)
    await states.succeeded("1", ONE, LATE)
    assert await due(opened) == [(ONE, True)]


async def test_waking_another_tenants_account_changes_nothing(opened, states):
    await states.found("1", ONE, FOUND)
    await states.began("1", ONE, LATE)
    await states.wake("2", ONE)
    assert await due(opened) == []
    assert await states.of("2", [ONE]) == {}


async def test_an_account_that_has_ended_fails_no_more(opened, states):
    await states.found("1", ONE, FOUND)
    await states.forget("1", ONE)
    await states.failed("1", ONE, None, SOON)
    assert await due(opened) == []
