"""Conflicts are settled field by field."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.sync.merging import merged
from infrastructure.sync.values import Values
from tests.infrastructure.sync.calendar_server import HOUR, SOON

AGREED = Values(SOON, SOON + HOUR, None, False, "Room 1", "Lunch")
LATER = AGREED._replace(start=SOON + HOUR, ends_at=SOON + 2 * HOUR)

values = st.builds(
    Values,
    start=st.sampled_from([SOON, SOON + HOUR, SOON + timedelta(days=1)]),
    ends_at=st.sampled_from([None, SOON + timedelta(days=2)]),
    zone=st.sampled_from([None, "Europe/Berlin"]),
    whole_day=st.booleans(),
    place=st.sampled_from([None, "Room 1", "Room 2"]),
    title=st.sampled_from([None, "Lunch", "Dinner"]),
    agenda=st.just(()),
    cancelled=st.booleans(),
)
sides = st.fixed_dictionaries({"organized_here": st.booleans(), "later_here": st.booleans()})


@given(values, values, sides)
def test_a_side_that_changed_alone_has_its_way(agreed, other, of):
    assert merged(agreed, other, agreed, **of) == other
    assert merged(agreed, agreed, other, **of) == other


@given(values, values, values, sides)
def test_a_merge_takes_each_field_from_a_side_that_changed_it(agreed, here, there, of):
    found = merged(agreed, here, there, **of)
    for name in ("time", "place", "title", "cancelled"):
        before, one, other = (getattr(each, name) for each in (agreed, here, there))
        changed = [each for each in (one, other) if each != before]
        assert getattr(found, name) in (changed or [before])


@given(values, values, values, sides)
def test_merging_twice_changes_nothing(agreed, here, there, of):
    found = merged(agreed, here, there, **of)
    assert merged(there, found, there, **of) == found


@pytest.mark.parametrize("here", [True, False])
def test_time_and_place_are_the_organizers_and_the_title_the_laters(here):
    one = LATER._replace(place="Room 2", title="Dinner")
    other = AGREED._replace(start=SOON - HOUR, place="Room 3", title="Tea")
    found = merged(AGREED, one, other, organized_here=here, later_here=not here)
    assert found == (one if here else other)._replace(title="Tea" if here else "Dinner")


def test_the_fields_of_the_time_change_together():
    one, other = LATER, AGREED._replace(ends_at=SOON + timedelta(minutes=30))
    assert merged(AGREED, one, other, organized_here=True, later_here=False).time == one.time


def test_a_meeting_that_is_off_on_one_side_is_off():
    off = AGREED._replace(cancelled=True)
    assert merged(AGREED, off, LATER, organized_here=False, later_here=False).cancelled
    assert merged(AGREED, LATER, off, organized_here=True, later_here=True).cancelled


@pytest.mark.parametrize("here", [True, False])
def test_an_old_copy_moves_nothing_back_where_nothing_was_agreed_on(here):
    found = merged(None, AGREED, LATER, organized_here=not here, later_here=here)
    assert found == (AGREED if here else LATER)
