"""Meetings that a calendar leads to: their ids, and what is taken from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from application.calendar_meetings import (
    FollowCalendar,
    TakeMeeting,
    follow_calendar,
    meeting_of,
    own_meeting,
    take_meeting,
    uid_of,
)
from application.contacts import AddContact, RemoveContact, add_contact, remove_contact
from application.errors import PreconditionFailed
from application.meetings import CompleteMeeting, EndMeeting, complete_meeting, miss_meeting
from domain.appointment import Appointment
from domain.contact import Details
from domain.errors import NotFound
from tests.application.desk import Desk, id_of, position_of
from tests.domain.samples import NOW

pytestmark = pytest.mark.anyio

AHEAD = NOW + timedelta(days=1)


async def taken(desk: Desk, at: datetime = AHEAD) -> UUID:
    contact = id_of(await desk.does(add_contact, AddContact(Details(name="Ann"))))
    command = TakeMeeting(uuid4(), contact, Appointment(scheduled_at=at))
    await desk.does(take_meeting, command)
    await desk.does(take_meeting, replace(command, appointment=Appointment(scheduled_at=NOW)))
    return command.meeting_id


async def meetings_events(desk: Desk) -> list[str]:
    return [type(event).__name__ for event in await desk.events()][1:]


def test_a_meeting_is_known_by_its_uid_and_its_occurrence():
    at = datetime(2026, 1, 31, 9, tzinfo=UTC)
    shifted = at.astimezone(timezone(timedelta(hours=2)))
    assert meeting_of("1", "a", None) == meeting_of("1", "a", None)
    assert meeting_of("1", "a", at) == meeting_of("1", "a", shifted)
    ids = [meeting_of(*each) for each in (("1", "a", None), ("1", "a", at), ("2", "a", None))]
    assert len(set(ids)) == 3


def test_an_event_of_kiths_own_leads_to_its_meeting():
    meeting = uuid4()
    assert own_meeting(uid_of(meeting)) == meeting_of("1", uid_of(meeting), None) == meeting
    assert meeting_of("1", uid_of(meeting), NOW) != meeting
    for foreign in (str(meeting), f"{meeting}@kith.example.com", "x@kith", "@kith"):
        assert own_meeting(foreign) is None


async def test_a_meeting_is_taken_once(here: Desk):
    meeting = await taken(here)
    assert await meetings_events(here) == ["MeetingScheduled"]
    assert (await here.state("meeting", meeting)).appointment.scheduled_at == AHEAD


async def test_a_meeting_without_its_contact_is_not_taken(here: Desk):
    command = TakeMeeting(uuid4(), uuid4(), Appointment(scheduled_at=AHEAD))
    with pytest.raises(NotFound):
        await here.does(take_meeting, command)


async def test_a_meeting_follows_its_calendar_and_deciding_twice_changes_nothing(here: Desk):
    meeting = await taken(here)
    moved = {"scheduled_at": AHEAD + timedelta(days=1), "location": "Room 1"}
    for fields, cancelled in ((moved, False), ({}, True), (moved | {"purpose": "Tea"}, False)):
        for _ in range(2):
            await here.does(follow_calendar, FollowCalendar(meeting, fields, cancelled))
    assert await meetings_events(here) == [
        "MeetingScheduled",
        "MeetingRescheduled",
        "MeetingCancelled",
        "MeetingReinstated",
        "MeetingRescheduled",
    ]


async def test_a_meeting_whose_contact_was_removed_does_not_come_back(here: Desk):
    meeting = await taken(here)
    await here.does(follow_calendar, FollowCalendar(meeting, {}, cancelled=True))
    state = await here.state("meeting", meeting)
    await here.does(remove_contact, RemoveContact(state.contact_id))
    with pytest.raises(NotFound):
        await here.does(follow_calendar, FollowCalendar(meeting, {}))


@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_meeting_in_the_past_stays(here: Desk, cancelled: bool):
    meeting = await taken(here, NOW - timedelta(days=1))
    await here.does(follow_calendar, FollowCalendar(meeting, {"location": "Room 1"}, cancelled))
    assert await meetings_events(here) == ["MeetingScheduled"]


async def test_a_meeting_in_the_past_that_is_moved_ahead_follows(here: Desk):
    meeting = await taken(here, NOW - timedelta(days=1))
    await here.does(follow_calendar, FollowCalendar(meeting, {"scheduled_at": AHEAD}))
    assert await meetings_events(here) == ["MeetingScheduled", "MeetingRescheduled"]


@pytest.mark.parametrize("ended", ["completed", "missed"])
async def test_a_meeting_that_has_ended_stays(here: Desk, ended: str):
    meeting = await taken(here)
    if ended == "completed":
        await here.does(complete_meeting, CompleteMeeting(meeting, {"held_at": NOW}))
    else:
        await here.does(miss_meeting, EndMeeting(meeting))
    before = len(await here.events())
    for cancelled in (True, False):
        await here.does(follow_calendar, FollowCalendar(meeting, {"location": "x"}, cancelled))
    assert len(await here.events()) == before


async def test_a_decision_on_a_meeting_that_was_changed_since_is_refused(here: Desk, there: Desk):
    meeting = await taken(here)
    command = FollowCalendar(meeting, {"location": "Room 1"})
    seen = position_of(await here.does(follow_calendar, command))
    await there.does(follow_calendar, FollowCalendar(meeting, {"purpose": "Tea"}))
    with pytest.raises(PreconditionFailed):
        await here.does(follow_calendar, FollowCalendar(meeting, {"location": "x"}), if_match=seen)
