"""From a calendar into kith: which events become meetings, and what becomes of them."""

from datetime import timedelta

import pytest

from domain.meeting import MeetingStatus
from infrastructure.calendars.port import Person
from infrastructure.sync.account import Chosen
from tests.infrastructure.sync.calendar_server import ANN, HOME, HOUR, NOW, SOON, event
from tests.infrastructure.sync.desk import Desk

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


async def test_an_event_with_a_contact_becomes_a_meeting(desk: Desk):
    ann = await desk.contact()
    desk.server.save(event(place="Room 1", zone="Europe/Berlin"))
    await desk.visit()
    meeting = await desk.meeting()
    assert meeting.contact_id == ann
    appointment = meeting.appointment
    assert (appointment.scheduled_at, appointment.ends_at) == (SOON, SOON + HOUR)
    assert (appointment.purpose, appointment.location) == ("Lunch", "Room 1")
    assert appointment.timezone == "Europe/Berlin"
    assert [each.contact_id for each in appointment.attendees] == [None, ann]
    assert appointment.source.account == desk.id


async def test_a_second_look_changes_nothing(desk: Desk):
    await desk.contact()
    desk.server.save(event())
    await desk.visit()
    await desk.visit()
    desk.server.expire()
    await desk.visit()
    assert await desk.events() == ["scheduled"]
    assert await desk.waiting() == []


async def test_a_moved_event_reschedules_its_meeting(desk: Desk):
    await desk.contact()
    name = desk.server.save(event())
    await desk.visit()
    desk.server.change(name, start=SOON + DAY, ends_at=SOON + DAY + HOUR, title="Dinner")
    await desk.visit()
    appointment = (await desk.meeting()).appointment
    assert (appointment.scheduled_at, appointment.purpose) == (SOON + DAY, "Dinner")
    assert await desk.events() == ["scheduled", "rescheduled"]
    assert desk.server.puts == []


@pytest.mark.parametrize("how", ["removed", "cancelled", "declined"])
async def test_an_event_that_is_off_cancels_its_meeting_and_brings_it_back(desk: Desk, how: str):
    await desk.contact()
    me = Person("me@example.com", "Me", "accepted")
    name = desk.server.save(event(organizer=ANN, attendees=(me,)))
    await desk.visit()
    if how == "removed":
        desk.server.remove(name)
    elif how == "cancelled":
        desk.server.change(name, cancelled=True)
    else:
        desk.server.change(name, attendees=(me._replace(status="declined"),))
    await desk.visit()
    assert (await desk.meeting()).status == MeetingStatus.CANCELLED
    desk.server.save(event(organizer=ANN, attendees=(me,), start=SOON + DAY, ends_at=None))
    await desk.visit()
    meeting = await desk.meeting()
    assert (meeting.status, meeting.appointment.scheduled_at) == ("scheduled", SOON + DAY)
    assert await desk.events() == ["scheduled", "cancelled", "reinstated", "rescheduled"]


async def test_a_past_meeting_stays_when_its_event_goes(desk: Desk):
    await desk.contact()
    name = desk.server.save(event(start=NOW - DAY, ends_at=NOW - DAY + HOUR))
    await desk.visit()
    desk.server.remove(name)
    await desk.visit()
    assert await desk.events() == ["scheduled"]


async def test_an_event_missing_from_a_full_list_is_gone(desk: Desk):
    await desk.contact()
    name = desk.server.save(event())
    desk.server.save(event("two"))
    await desk.visit()
    desk.server.remove(name)
    desk.server.expire()
    await desk.visit()
    assert (await desk.meeting("one")).status == MeetingStatus.CANCELLED
    assert (await desk.meeting("two")).status == MeetingStatus.SCHEDULED


async def test_a_new_contact_makes_a_meeting_of_an_ignored_event(desk: Desk):
    name = desk.server.save(event())
    await desk.visit()
    assert await desk.ignored() == {name: "noContact"}
    await desk.contact()
    await desk.opened.rows(
        "UPDATE calendar_objects SET again = true WHERE account = %s RETURNING 1", desk.id
    )
    await desk.visit(pull=False)
    assert await desk.events() == ["scheduled"]
    assert await desk.ignored() == {}


async def test_a_private_event_leaves_its_id_and_its_etag_alone(desk: Desk):
    await desk.contact()
    desk.server.save(event(private=True))
    await desk.visit()
    rows = await desk.opened.rows(
        "SELECT object, etag, fingerprint, ignored, addresses FROM calendar_objects "
        "WHERE account = %s",
        desk.id,
    )
    assert rows == [("one.ics", '"1"', b"", "private", [])]
    assert await desk.links() == []
    assert await desk.all_meetings() == []


async def test_an_ignored_event_leaves_no_address(desk: Desk):
    desk.server.save(event())
    await desk.visit()
    ((row,),) = await desk.opened.rows(
        "SELECT o::text FROM calendar_objects o WHERE account = %s", desk.id
    )
    assert "ann" not in row.lower()
    assert "Lunch" not in row


async def test_occurrences_are_meetings_and_an_exception_moves_one(desk: Desk):
    await desk.contact()
    days = [SOON + DAY * n for n in range(3)]
    series = [event("s", recurrence=day, start=day, ends_at=day + HOUR) for day in days]
    desk.server.save(*series)
    await desk.visit()
    assert len(await desk.all_meetings()) == 3
    moved = series[1]._replace(start=days[1] + HOUR, ends_at=days[1] + 2 * HOUR)
    desk.server.save(series[0], moved, name="s.ics")
    await desk.visit()
    states = [await desk.meeting("s", day) for day in days]
    assert [each.status for each in states] == ["scheduled", "scheduled", "cancelled"]
    assert states[1].appointment.scheduled_at == days[1] + HOUR


async def test_a_series_is_rolled_on_from_day_to_day(desk: Desk):
    """One that has no occurrence in the window is looked at every day; of those that the window has
    left behind, the meetings stay."""
    await desk.contact()
    old, later = NOW - 80 * DAY, NOW + 100 * DAY
    series = [event("s", recurrence=day, start=day, ends_at=day + HOUR) for day in (old, later)]
    desk.server.save(*series)
    await desk.visit()
    assert [link.place.recurrence for link in await desk.links()] == [old]
    for start in (later, SOON):
        desk.server.stored["work", "s.ics"] = desk.server.stored["work", "s.ics"]._replace(
            occurrences=(series[0], series[1]._replace(start=start, ends_at=start + HOUR))
        )
        await desk.opened.rows(
            "UPDATE calendar_objects SET rolled_on = rolled_on - 1 WHERE account = %s RETURNING 1",
            desk.id,
        )
        await desk.visit()
    assert [link.place.recurrence for link in await desk.links()] == [later]
    assert await desk.events() == ["scheduled", "scheduled"]


async def test_colleagues_copies_of_an_event_are_one_meeting(desk: Desk):
    await desk.contact()
    bob = Desk(desk.opened, type(desk.server)(), desk.tenant, "6", "bob@example.com")
    guests = (Person("me@example.com"), Person("bob@example.com"))
    for each in (desk, bob):
        each.server.save(event(organizer=ANN, attendees=guests))
        await each.visit()
    assert await desk.events() == ["scheduled"]
    bob.server.remove("one.ics")
    await bob.visit()
    assert (await desk.meeting()).status == MeetingStatus.SCHEDULED
    desk.server.remove("one.ics")
    await desk.visit()
    assert (await desk.meeting()).status == MeetingStatus.CANCELLED


async def test_a_stranger_cant_take_over_a_meeting_by_its_uid(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    stranger = Person("eve@example.com")
    desk.server.save(event(f"{meeting}@kith", organizer=stranger, start=SOON + DAY), name="x.ics")
    await desk.visit()
    assert await desk.events() == ["scheduled"]
    assert (await desk.ignored())["x.ics"] == "foreign"


async def test_a_broken_object_is_a_problem_and_the_others_are_taken(desk: Desk):
    await desk.contact()
    desk.server.save(event("bad", zone="z" * 501))
    desk.server.save(event("good"))
    await desk.visit()
    assert [each.item for each in desk.troubles] == ["bad"]
    assert (await desk.meeting("good")) is not None
    await desk.visit()
    assert len(desk.troubles) == 1


async def test_a_calendar_that_isnt_chosen_any_more_is_forgotten_and_its_meetings_stay(desk: Desk):
    await desk.contact()
    desk.server.calendars.append(HOME)
    desk.server.save(event(), calendar="home")
    desk.calendars = (*desk.calendars, Chosen("home", read=True, write=False))
    await desk.visit()
    desk.calendars = desk.calendars[:1]
    desk.server.remove("one.ics", "home")
    await desk.visit()
    assert await desk.events() == ["scheduled"]
    assert await desk.links() == []


async def test_an_event_moved_to_another_calendar_of_the_account_stays_a_meeting(desk: Desk):
    await desk.contact()
    desk.server.calendars.append(HOME)
    desk.calendars = (Chosen("home", read=True, write=False), *desk.calendars)
    desk.server.save(event())
    await desk.visit()
    desk.server.save(event(), calendar="home")
    desk.server.remove("one.ics")
    await desk.visit()
    assert await desk.events() == ["scheduled"]


async def test_a_deleted_event_is_forgotten_once_no_look_reaches_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    await desk.contact()
    names = [
        desk.server.save(event()),
        desk.server.save(event("two", start=SOON + 60 * DAY, ends_at=SOON + 60 * DAY + HOUR)),
        desk.server.save(event("nobody", attendees=())),
    ]
    await desk.visit()
    stays = desk.server.save(event("stays"))
    kept = desk.server.stored["work", names[0]]
    for name in names:
        desk.server.remove(name)
    await desk.visit()
    assert await desk.events() == ["scheduled"] * 3 + ["cancelled"] * 2
    assert await desk.objects() == sorted([*names[:2], stays])
    monkeypatch.setattr("tests.infrastructure.sync.desk.now", lambda: SOON + HOUR + 91 * DAY)
    await desk.visit()
    assert await desk.objects() == sorted([names[1], stays])
    assert {link.uid for link in await desk.links()} == {"two", "stays"}
    desk.server.save(*kept.occurrences)
    await desk.visit()
    assert await desk.events() == ["scheduled"] * 3 + ["cancelled"] * 2
