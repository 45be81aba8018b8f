"""Which events become meetings, and why others don't."""

from uuid import UUID

import pytest

from infrastructure.calendars.port import Person
from infrastructure.sync.recognizing import Ignored, addresses_of, is_organized_by, recognized
from tests.infrastructure.sync.calendar_server import ANN, USER, event

OWN = frozenset({"me@example.com"})
ANN_ID, BOB_ID = UUID(int=1), UUID(int=2)
CONTACTS = {"ann@example.com": ANN_ID, "bob@example.com": BOB_ID}
BOB = Person("mailto:bob@example.com", "Bob")


def test_the_organizer_comes_first_among_the_contacts_then_the_attendees_in_order():
    assert recognized(event(organizer=ANN, attendees=(BOB,)), OWN, CONTACTS).contact == ANN_ID
    assert recognized(event(attendees=(BOB, ANN)), OWN, CONTACTS).contact == BOB_ID


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"private": True}, Ignored.PRIVATE),
        ({"kind": "birthday"}, Ignored.KIND),
        ({"kind": "outOfOffice"}, Ignored.KIND),
        ({"cancelled": True}, Ignored.CANCELLED),
        ({"attendees": (ANN, USER._replace(status="declined"))}, Ignored.DECLINED),
        ({"whole_day": True, "organizer": ANN, "attendees": ()}, Ignored.WHOLE_DAY),
        ({"attendees": (Person("eve@example.com"),)}, Ignored.NO_CONTACT),
        ({"attendees": (Person(None, "Ann Lee"),)}, Ignored.NO_CONTACT),
        ({"attendees": (Person("not an address"),)}, Ignored.NO_CONTACT),
        ({"attendees": (USER,)}, Ignored.NO_CONTACT),
    ],
)
def test_an_event_is_ignored_for_a_reason(values, reason):
    known = {**CONTACTS, "me@example.com": UUID(int=3)}
    assert recognized(event(**values), OWN, known).ignored == reason


def test_an_event_declined_by_somebody_else_is_a_meeting():
    assert recognized(event(attendees=(ANN._replace(status="declined"),)), OWN, CONTACTS).contact


def test_a_guest_who_organizes_is_one_person():
    guests = recognized(event(organizer=ANN, attendees=(ANN, USER)), OWN, CONTACTS).guests
    assert [guest.address for guest in guests] == ["ann@example.com", "me@example.com"]


def test_the_people_of_private_events_are_not_looked_at():
    assert addresses_of([event(private=True)]) == set()


def test_an_event_without_an_organizer_is_the_users_own():
    assert is_organized_by(event(organizer=None), OWN)
    assert is_organized_by(event(organizer=Person("MAILTO:Me@Example.com")), OWN)
    assert not is_organized_by(event(organizer=ANN), OWN)
