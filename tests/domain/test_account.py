"""The life of a user's account, and what its events may tell."""

from functools import partial
from uuid import UUID

import pytest

from domain.account import (
    MOST_CALENDARS,
    Access,
    Account,
    AccountCalendarsChosen,
    AccountConnected,
    AccountReauthorised,
    AccountRemoved,
    AccountResumed,
    AccountRulesChanged,
    AccountSuspended,
    ChosenCalendar,
    Rules,
    Suspension,
    calendar_id,
)
from domain.errors import Invalid, NotFound
from domain.event import Changed
from tests.domain.given import given

FIRST, SECOND = UUID(int=1), UUID(int=2)
ACCESS = Access(origin="https://dav.example.com", address="ann@example.com", secrets=UUID(int=3))
OTHER = ACCESS.model_copy(update={"secrets": UUID(int=4)})
CONNECTED = AccountConnected(service="caldav", user="5", access=ACCESS, rules=Rules())
WRITTEN = ChosenCalendar(id=FIRST, read=True, write=True)
READ = ChosenCalendar(id=SECOND, read=True, write=False)
CHOSEN = AccountCalendarsChosen(calendars=(WRITTEN, READ))


def suspended(reason: Suspension) -> AccountSuspended:
    return AccountSuspended(reason=reason)


def test_an_account_is_connected_with_its_first_calendars():
    decided = Account.connect("caldav", "5", ACCESS, Rules(), (WRITTEN, READ))
    assert decided == [CONNECTED, CHOSEN]


class TestCalendars:
    def test_are_replaced_as_a_whole(self):
        given(CONNECTED, CHOSEN).when(lambda it: it.choose((READ,))).then(
            AccountCalendarsChosen(calendars=(READ,))
        )

    def test_are_chosen_once(self):
        given(CONNECTED, CHOSEN).when(lambda it: it.choose((WRITTEN, READ))).then()

    def test_have_one_that_is_written(self):
        both = (WRITTEN, READ.model_copy(update={"write": True}))
        chosen = given(CONNECTED).when(lambda it: it.choose(both))
        chosen.refuses(Invalid, code="one_calendar_written", field="calendars")

    def test_have_a_bound(self):
        many = tuple(
            ChosenCalendar(id=UUID(int=number), read=True, write=False)
            for number in range(MOST_CALENDARS + 1)
        )
        too_many = given(CONNECTED).when(lambda it: it.choose(many))
        too_many.refuses(Invalid, code="too_many_calendars")
        given(CONNECTED).when(lambda it: it.choose(many[1:])).then(
            AccountCalendarsChosen(calendars=many[1:])
        )

    def test_cease_to_be_written_and_stay_read(self):
        unwritten = AccountCalendarsChosen(
            calendars=(WRITTEN.model_copy(update={"write": False}), READ)
        )
        given(CONNECTED, CHOSEN).when(Account.stop_writing).then(unwritten)
        given(CONNECTED, CHOSEN, unwritten).when(Account.stop_writing).then()

    def test_of_an_account_have_their_own_ids_that_tell_no_address(self):
        name = "ben@example.com"
        assert calendar_id(FIRST, name) == calendar_id(FIRST, name) != calendar_id(SECOND, name)


def test_changed_rules_name_what_changed():
    named = lambda it: it.change_rules(Rules(name="Work"))  # noqa: E731
    changed = AccountRulesChanged(changes={"name": Changed(old=None, new="Work")})
    given(CONNECTED).when(named).then(changed)
    given(CONNECTED, changed).when(named).then()


class TestSuspension:
    @pytest.mark.parametrize("reason", Suspension)
    def test_happens_once_and_keeps_its_reason(self, reason):
        given(CONNECTED).when(lambda it: it.suspend(reason)).then(suspended(reason))
        again = given(CONNECTED, suspended(reason))
        for other in Suspension:
            again.when(partial(Account.suspend, reason=other)).then()

    def test_ends_when_the_user_says_so(self):
        given(CONNECTED, suspended(Suspension.GONE)).when(Account.resume).then(AccountResumed())
        given(CONNECTED).when(Account.resume).then()

    @pytest.mark.parametrize("reason", [each for each in Suspension if each != "requested"])
    def test_for_the_services_sake_ends_with_new_credentials(self, reason):
        given(CONNECTED, suspended(reason)).when(lambda it: it.reauthorise(OTHER)).then(
            AccountReauthorised(access=OTHER), AccountResumed()
        )

    def test_by_the_user_outlives_new_credentials(self):
        paused = given(CONNECTED, suspended(Suspension.REQUESTED))
        paused.when(lambda it: it.reauthorise(OTHER)).then(AccountReauthorised(access=OTHER))


def test_the_same_access_changes_nothing():
    given(CONNECTED).when(lambda it: it.reauthorise(ACCESS)).then()


def test_a_removed_account_refuses_every_command():
    given(CONNECTED).when(Account.remove).then(AccountRemoved())
    removed = given(CONNECTED, AccountRemoved())
    for decide in (
        Account.remove,
        Account.resume,
        Account.stop_writing,
        lambda it: it.suspend(Suspension.GONE),
        lambda it: it.choose(()),
        lambda it: it.change_rules(Rules(name="x")),
        lambda it: it.reauthorise(OTHER),
    ):
        removed.when(decide).refuses(NotFound, code="account_not_found")
