"""The difference of two values and applying it are each other's inverse."""

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.changes import apply, difference
from domain.contact import Details
from domain.event import Changed, Value
from domain.interaction import InteractionAmended
from domain.record import Participant, People
from tests.domain import anything

PAIRS = (
    st.tuples(anything.records(), anything.records(anything.future))
    | st.tuples(anything.details, anything.details)
    | st.tuples(anything.appointments, anything.appointments)
)


@for_any(PAIRS)
def test_a_difference_turns_old_into_new_and_its_inverse_new_into_old(pair: tuple[Value, Value]):
    old, new = pair
    changes = difference(old, new)
    back = {path: Changed(old=c.new, new=c.old) for path, c in changes.items()}
    assert apply(old, changes) == new
    assert apply(new, back) == old


@for_any(PAIRS)
def test_a_stored_difference_turns_old_into_new(pair: tuple[Value, Value]):
    old, new = pair
    event = InteractionAmended(changes=difference(old, new))
    stored = event.model_dump_json(exclude_none=True)
    assert InteractionAmended.model_validate_json(stored) == event
    assert apply(old, InteractionAmended.model_validate_json(stored).changes) == new


@for_any(anything.records())
def test_a_value_has_no_difference_to_itself(record: Value):
    assert difference(record, record.model_copy(deep=True)) == {}


@for_any(anything.records(), anything.records())
def test_old_and_new_of_a_change_differ(old: Value, new: Value):
    assert all(change.old != change.new for change in difference(old, new).values())


def test_null_inside_of_a_list_survives_being_stored():
    old, new = People(participants=(Participant(name="Ann"),)), People()
    event = InteractionAmended(changes=difference(old, new))
    (change,) = InteractionAmended.model_validate_json(
        event.model_dump_json(exclude_none=True)
    ).changes.values()
    assert change.old == [{"name": "Ann", "email": None, "contactId": None}]


def test_a_change_of_a_former_field_is_refused_or_ignored_but_never_misplaced():
    old = Details(name="Ann")
    assert apply(old, {"nickname": Changed(new="A")}) == old
    with pytest.raises(KeyError):
        apply(old, {"nick.name": Changed(new="A")})
