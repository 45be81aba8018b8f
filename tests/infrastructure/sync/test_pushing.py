"""From kith into a calendar: what is written, and what never is."""

from datetime import timedelta

import pytest

from domain.appointment import Attendee
from domain.meeting import MeetingStatus
from infrastructure.calendars.port import Person
from infrastructure.sync.account import Chosen
from tests.infrastructure.sync.calendar_server import ANN, HOUR, NOW, SOON, USUAL_LENGTH, event
from tests.infrastructure.sync.desk import Desk

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


async def test_a_scheduled_meeting_is_put_into_the_calendar(desk: Desk):
    ann = await desk.contact()
    attendees = (Attendee(name="Ann", address="ann@example.com", contact_id=ann),)
    meeting = await desk.schedule(ann, agenda_items=("Price",), attendees=attendees)
    await desk.visit()
    put = desk.server.only()
    assert (put.uid, put.start, put.title) == (f"{meeting}@kith", SOON, "Lunch")
    assert put.attendees == ()
    assert desk.server.puts[0].agenda == ("Price",)
    assert await desk.waiting() == []


async def test_an_event_that_was_put_comes_back_without_a_change(desk: Desk):
    await desk.schedule(await desk.contact())
    await desk.visit()
    assert desk.server.only().ends_at == SOON + USUAL_LENGTH
    for etags in (True, False):
        desk.server.etags = etags
        desk.server.expire()
        await desk.visit()
    assert await desk.events() == ["scheduled"]
    assert len(desk.server.puts) == 1
    assert await desk.waiting() == []


async def test_a_rescheduled_meeting_is_patched_in_the_calendar(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    await desk.reschedule(meeting, purpose="Dinner")
    await desk.visit(pull=False)
    await desk.reschedule(meeting, scheduled_at=SOON + DAY)
    await desk.visit(pull=False)
    assert [put.significant for put in desk.server.puts] == [True, False, True]
    assert (desk.server.only().title, desk.server.only().start) == ("Dinner", SOON + DAY)


async def test_a_cancelled_meeting_is_deleted_from_the_calendar(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    await desk.cancel(meeting)
    await desk.visit()
    assert desk.server.stored == {}
    await desk.visit()
    assert await desk.events() == ["scheduled", "cancelled"]


async def test_a_cancelled_meeting_comes_back_with_its_event(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    kept = desk.server.only()
    await desk.cancel(meeting)
    await desk.visit()
    desk.server.save(kept)
    await desk.visit()
    assert (await desk.meeting(meeting)).status == MeetingStatus.SCHEDULED


@pytest.mark.parametrize("where", ["kith", "the calendar"])
async def test_a_cancelled_meeting_that_is_reinstated_stands_in_the_calendar_again(
    desk: Desk, where: str
):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    if where == "kith":
        await desk.cancel(meeting)
    else:
        desk.server.remove(f"{meeting}@kith.ics")
    await desk.visit()
    assert desk.server.stored == {}
    await desk.reinstate(meeting)
    await desk.visit()
    await desk.visit()
    assert desk.server.only().uid == f"{meeting}@kith"
    assert await desk.events() == ["scheduled", "cancelled", "reinstated"]


async def test_a_meeting_cancelled_before_it_was_put_never_enters_the_calendar(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    await desk.cancel(meeting)
    await desk.visit()
    assert desk.server.stored == {}


async def test_a_meeting_in_the_past_is_not_put_into_the_calendar(desk: Desk):
    await desk.schedule(await desk.contact(), scheduled_at=NOW - DAY)
    await desk.visit()
    assert desk.server.stored == {}
    assert await desk.waiting() == []


async def test_a_meeting_that_somebody_else_organizes_is_changed_in_kith_alone(desk: Desk):
    await desk.contact()
    me = Person("me@example.com", "Me", "accepted")
    desk.server.save(event(organizer=ANN, attendees=(me,)))
    await desk.visit()
    (link,) = await desk.links()
    await desk.reschedule(link.meeting, location="Room 1")
    await desk.visit()
    await desk.cancel(link.meeting)
    await desk.visit()
    assert desk.server.puts == []
    assert desk.server.only().place is None
    assert (await desk.meeting(link.meeting)).status == MeetingStatus.CANCELLED


async def test_an_event_of_the_users_own_follows_its_meeting_and_is_never_deleted(desk: Desk):
    await desk.contact()
    desk.server.save(event())
    await desk.visit()
    (link,) = await desk.links()
    await desk.reschedule(link.meeting, scheduled_at=SOON + DAY)
    await desk.visit()
    assert desk.server.only().start == SOON + DAY
    assert desk.server.only().attendees == (ANN,)
    await desk.cancel(link.meeting)
    await desk.visit()
    assert len(desk.server.stored) == 1


async def test_one_occurrence_of_a_series_is_moved_alone(desk: Desk):
    await desk.contact()
    days = [SOON, SOON + DAY]
    desk.server.save(*(event("s", recurrence=day, start=day, ends_at=day + HOUR) for day in days))
    await desk.visit()
    link = next(each for each in await desk.links() if each.place.recurrence == days[1])
    await desk.reschedule(link.meeting, scheduled_at=days[1] + HOUR, ends_at=days[1] + 2 * HOUR)
    await desk.visit()
    assert [each.start for each in desk.server.events()] == [SOON, days[1] + HOUR]


async def test_an_account_that_only_reads_writes_nothing(desk: Desk):
    desk.calendars = (Chosen("work", read=True, write=False),)
    await desk.schedule(await desk.contact())
    await desk.visit()
    assert desk.server.stored == {}


async def test_another_users_meeting_is_not_put_into_the_calendar(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    bob = Desk(desk.opened, type(desk.server)(), desk.tenant, "6", "bob@example.com")
    entity = await bob.meetings.load(desk.tenant, meeting)
    assert entity is not None
    await bob.plan(entity)
    await bob.visit()
    assert bob.server.stored == {}


async def test_changes_of_different_fields_on_both_sides_are_kept(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    desk.server.change(f"{meeting}@kith.ics", place="Room 1")
    await desk.reschedule(meeting, purpose="Dinner")
    await desk.visit(pull=False)
    await desk.visit()
    appointment = (await desk.meeting(meeting)).appointment
    assert (appointment.location, appointment.purpose) == ("Room 1", "Dinner")
    there = desk.server.only()
    assert (there.place, there.title) == ("Room 1", "Dinner")


async def test_the_side_where_a_meeting_was_made_decides_its_time(desk: Desk):
    meeting = await desk.schedule(await desk.contact())
    desk.server.save(event())
    await desk.visit()
    await desk.reschedule(meeting, scheduled_at=SOON + DAY)
    desk.server.change(f"{meeting}@kith.ics", start=SOON + HOUR, ends_at=None)
    taken = next(each.meeting for each in await desk.links() if each.uid == "one")
    await desk.reschedule(taken, scheduled_at=SOON + DAY)
    desk.server.change("one.ics", start=SOON + HOUR, ends_at=None)
    await desk.visit()
    assert (await desk.meeting(meeting)).appointment.scheduled_at == SOON + DAY
    assert (await desk.meeting(taken)).appointment.scheduled_at == SOON + HOUR
    assert sorted(each.start for each in desk.server.events()) == [SOON + HOUR, SOON + DAY]
