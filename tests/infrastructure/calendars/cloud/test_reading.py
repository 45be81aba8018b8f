"""Events of Google's and Microsoft's as occurrences."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infrastructure.calendars.port import Calendar, Occurrence, Person
from tests.infrastructure.calendars.cloud.hands import HOUR, START, WEEK, WINDOW, Hand, Service
from tests.infrastructure.calendars.cloud.rounds import Known, follow

pytestmark = pytest.mark.anyio


async def read(hand: Hand, service: Service, calendar: Calendar, **fields: Any) -> Occurrence:
    one = hand.add(**fields)
    known: Known = {}
    await follow(service, calendar, known, None)
    (occurrence,) = known[one].occurrences
    return occurrence


def by(hand: Hand, google: dict[str, Any], graph: dict[str, Any]) -> dict[str, Any]:
    """The fields that say the same to both."""
    return google if "@" in hand.calendar else graph


async def test_an_event_has_its_times_its_zone_and_its_texts(hand, service, calendar):
    place = by(hand, {"location": "Room 1"}, {"location": {"displayName": "Room 1"}})
    found = await read(hand, service, calendar, notes="Bring the plan", **place)
    assert (found.start, found.ends_at, found.zone) == (START, START + HOUR, "Europe/Berlin")
    assert (found.title, found.place, found.notes) == ("Lunch", "Room 1", "Bring the plan")
    assert (found.recurrence, found.whole_day, found.cancelled) == (None, False, False)
    assert (found.private, found.kind) == (False, "event")
    assert found.changed_at is not None


async def test_a_whole_day_stays_a_date(hand, service, calendar):
    day = datetime(2026, 12, 24, tzinfo=UTC)
    found = await read(hand, service, calendar, start=day, whole_day=True)
    assert found.whole_day
    assert (found.start, found.ends_at) == (day, day + timedelta(days=1))


async def test_a_private_event_is_private(hand, service, calendar):
    assert (await read(hand, service, calendar, private=True)).private


async def test_a_confidential_event_is_private(hand, service, calendar):
    fields = by(hand, {"visibility": "confidential"}, {"sensitivity": "confidential"})
    assert (await read(hand, service, calendar, **fields)).private


@pytest.mark.parametrize(
    ("google", "graph", "kind"),
    [
        ({"eventType": "outOfOffice"}, {"showAs": "oof"}, "outOfOffice"),
        ({"eventType": "workingLocation"}, {"showAs": "workingElsewhere"}, "workingLocation"),
        ({"eventType": "focusTime"}, None, "focus"),
        ({"eventType": "birthday"}, None, "birthday"),
        ({"eventType": "fromGmail"}, {"showAs": "tentative"}, "event"),
    ],
)
async def test_events_that_are_no_meetings_have_their_kind(
    hand, service, calendar, google, graph, kind
):
    fields = by(hand, google, graph)
    if fields is None:
        pytest.skip("Graph has no such kind")
    assert (await read(hand, service, calendar, **fields)).kind == kind


async def test_people_have_their_answers_and_rooms_are_none(hand, service, calendar):
    google = {
        "organizer": {"email": "boss@example.com", "displayName": "Boss"},
        "attendees": [
            {"email": "bob@example.com", "responseStatus": "tentative"},
            {"email": "eve@example.com", "displayName": "Eve", "responseStatus": "needsAction"},
            {"email": "room@example.com", "resource": True, "responseStatus": "accepted"},
        ],
    }
    graph = {
        "organizer": {"emailAddress": {"name": "Boss", "address": "boss@example.com"}},
        "attendees": [
            _attendee("bob@example.com", "tentativelyAccepted"),
            _attendee("eve@example.com", "notResponded", name="Eve"),
            _attendee("room@example.com", "accepted", type="resource"),
        ],
    }
    found = await read(hand, service, calendar, **by(hand, google, graph))
    assert found.organizer is not None
    assert found.organizer[:2] == ("boss@example.com", "Boss")
    assert found.attendees == (
        Person("bob@example.com", None, "tentative"),
        Person("eve@example.com", "Eve", "needs-action"),
    )


async def test_an_event_that_concerns_nobody_else_has_no_organizer(hand, service, calendar):
    found = await read(hand, service, calendar)
    assert (found.organizer, found.attendees) == (None, ())
    found = await read(hand, service, calendar, guests=["bob@example.com"])
    assert found.organizer is not None
    assert found.organizer.address == "ada@example.com"


async def test_an_event_that_the_user_declined_doesnt_take_place_for_them(hand, service, calendar):
    """Even under an alias, which only the service knows."""
    declined = {"email": "alias@example.com", "self": True, "responseStatus": "declined"}
    response = {"response": "declined", "time": "2026-11-01T00:00:00Z"}
    fields = by(hand, {"attendees": [declined]}, {"responseStatus": response})
    assert (await read(hand, service, calendar, **fields)).cancelled


async def test_an_event_over_before_the_window_has_no_occurrence(hand, service, calendar):
    one, known = hand.add(), Known()
    cursor = await follow(service, calendar, known, None)
    hand.change(one, start=WINDOW.since - WEEK)
    await follow(service, calendar, known, cursor)
    assert known[one].occurrences == ()
    assert known[one].troubles == ()


async def test_an_event_that_cant_be_read_leaves_the_others(hand, service, calendar):
    """A service isn't known to give one; its document would forbid it."""
    bad, good = hand.add("bad"), hand.add("good")
    raw = hand.raw(bad)
    raw["updated" if "@" in hand.calendar else "lastModifiedDateTime"] = "yesterday"
    hand.double.checks_answers = False
    known: Known = {}
    await follow(service, calendar, known, None)
    assert known[good].occurrences
    (trouble,) = known[bad].troubles
    assert (trouble.item, trouble.title, trouble.code) == (bad, "bad", "unreadable")


async def test_every_field_that_matters_is_in_the_fingerprint(hand, service, calendar):
    one, known = hand.add(), Known()
    prints = set()
    changes: list[dict[str, Any]] = [
        {},
        {"location": "R"} if "@" in hand.calendar else {"location": {"displayName": "R"}},
        by(hand, {"visibility": "private"}, {"sensitivity": "private"}),
        by(
            hand,
            {"attendees": [{"email": "bob@example.com"}]},
            {"attendees": [_attendee("bob@example.com", "none")]},
        ),
        by(
            hand,
            {"attendees": [{"email": "bob@example.com", "responseStatus": "accepted"}]},
            {"attendees": [_attendee("bob@example.com", "accepted")]},
        ),
        by(hand, {"summary": "X"}, {"subject": "X"}),
        by(hand, {"description": "X"}, {"body": {"contentType": "html", "content": "X"}}),
    ]
    for change in changes:
        hand.double.write(hand.calendar, {**hand.raw(one), **change})
        await follow(service, calendar, known, None)
        prints.add(known[one].fingerprint)
    assert len(prints) == len(changes)


async def test_a_service_that_touches_an_event_by_itself_changes_no_fingerprint(
    hand, service, calendar
):
    one, known = hand.add(), Known()
    await follow(service, calendar, known, None)
    before = known[one]
    raw = hand.raw(one)
    hand.double.clock += 5
    for name in ("updated", "lastModifiedDateTime"):
        if name in raw:
            raw[name] = "2026-11-30T00:00:00Z"
    await follow(service, calendar, known, None)
    assert known[one].fingerprint == before.fingerprint


def _attendee(
    address: str, response: str, *, name: str | None = None, type: str = "required"
) -> dict[str, Any]:
    status = {"response": response, "time": "0001-01-01T00:00:00Z"}
    return {"type": type, "status": status, "emailAddress": {"address": address, "name": name}}
