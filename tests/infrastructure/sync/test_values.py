"""Values of both sides in one form, in which they are compared."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.appointment import Appointment
from domain.meeting import Meeting
from infrastructure.sync.values import Values
from tests.infrastructure.sync.calendar_server import HOUR, SOON, USUAL_LENGTH, event

CONTACT = UUID(int=1)


def of(**values: Any) -> Values:
    appointment = Appointment(**{"scheduled_at": SOON, "purpose": "Lunch"} | values)
    return Values.of_meeting(Meeting(CONTACT, appointment))


def seen(like: Values | None = None, **values: Any) -> Values:
    return Values.of_occurrence(event(**values), like, off=False)


def test_a_length_that_kith_made_up_is_read_as_none():
    ended = {"ends_at": SOON + USUAL_LENGTH}
    assert seen(of(), **ended).ends_at is None
    assert seen(None, **ended).ends_at == SOON + USUAL_LENGTH
    assert seen(of(ends_at=SOON + HOUR), **ended).ends_at == SOON + USUAL_LENGTH


def test_a_length_of_a_day_that_kith_made_up_is_read_as_none():
    like = of(whole_day=True)
    assert seen(like, whole_day=True, ends_at=SOON + timedelta(days=1)) == like


def test_a_zone_that_a_service_adds_is_no_change():
    like = of(ends_at=SOON + HOUR)
    assert seen(like, zone="Europe/Berlin") == like
    assert seen(like, zone="Etc/UTC") == like
    assert seen(like, start=SOON - HOUR, zone="Europe/Berlin").zone == "Europe/Berlin"


def test_space_around_texts_and_parts_of_a_second_are_no_change():
    before = of(location=" Room 1 ", purpose="", scheduled_at=SOON + timedelta(microseconds=5))
    assert before == seen(before, place="Room 1", title=None, ends_at=None)


def test_texts_are_cut_and_cleaned_as_the_ledger_can_hold_them():
    found = seen(place="x" * 600, title="a\x00b\ud800")
    assert found.place == "x" * 500
    assert found.title == "ab"


def test_an_end_before_the_start_is_none():
    assert seen(ends_at=SOON - HOUR).ends_at is None


def test_changes_are_fields_of_an_appointment():
    before = of(ends_at=SOON + HOUR)
    assert before.changes(before) == {}
    moved = before._replace(start=SOON + HOUR, place="Room 1")
    assert moved.changes(before) == {
        "scheduled_at": SOON + HOUR,
        "ends_at": SOON + HOUR,
        "timezone": None,
        "whole_day": False,
        "location": "Room 1",
    }


def test_values_come_back_as_they_were_kept():
    before = of(ends_at=SOON + HOUR, agenda_items=("Price", "Date"), timezone="Europe/Berlin")
    assert Values.from_json(before.json) == before
