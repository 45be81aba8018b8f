"""Commands about meetings, and the interaction that a completed one leaves."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.contacts import (
    AddContact,
    RemoveContact,
    RestoreContact,
    add_contact,
    remove_contact,
    restore_contact,
)
from application.meetings import (
    CompleteMeeting,
    EndMeeting,
    ReinstateMeeting,
    RescheduleMeeting,
    ScheduleMeeting,
    cancel_meeting,
    complete_meeting,
    miss_meeting,
    reinstate_meeting,
    reschedule_meeting,
    schedule_meeting,
)
from domain.changes import Fields
from domain.contact import Details
from domain.errors import Conflict, Invalid, NotFound
from domain.interaction import InteractionLogged
from domain.kinds import Kind
from domain.meeting import MeetingCompleted, MeetingStatus, Outcome
from domain.record import Participant, People, Place, Record, Said, When
from tests.application.desk import Desk, id_of
from tests.domain.samples import APPOINTMENT, HOUR, NOW, OUTCOME

pytestmark = pytest.mark.anyio


async def ann(desk: Desk) -> UUID:
    return id_of(await desk.does(add_contact, AddContact(Details(name="Ann"))))


async def meeting_with(desk: Desk, contact: UUID, **changes: object) -> UUID:
    appointment = APPOINTMENT.model_copy(update=changes)
    return id_of(await desk.does(schedule_meeting, ScheduleMeeting(contact, appointment)))


def held(outcome: Outcome = OUTCOME) -> Fields:
    return dict(outcome)


async def test_a_meeting_is_with_a_contact_that_is_there(here: Desk):
    with pytest.raises(NotFound) as refused:
        await meeting_with(here, uuid4())
    assert (refused.value.code, refused.value.field) == ("contact_not_found", "contact_id")
    contact = await ann(here)
    await here.does(remove_contact, RemoveContact(contact))
    with pytest.raises(NotFound):
        await meeting_with(here, contact)


async def test_a_meeting_that_isnt_there_is_not_found(here: Desk):
    commands = (
        (reschedule_meeting, RescheduleMeeting(uuid4(), {})),
        (cancel_meeting, EndMeeting(uuid4())),
        (miss_meeting, EndMeeting(uuid4())),
        (reinstate_meeting, ReinstateMeeting(uuid4())),
        (complete_meeting, CompleteMeeting(uuid4(), held())),
    )
    for handler, command in commands:
        with pytest.raises(NotFound, match="Meeting not found"):
            await here.does(handler, command)


async def test_completing_a_meeting_logs_what_came_of_it_with_it(here: Desk):
    contact = await ann(here)
    meeting = await meeting_with(here, contact)
    outcome = OUTCOME.model_copy(update={"topics_covered": ("Scope", "Price")})
    await here.does(complete_meeting, CompleteMeeting(meeting, held(outcome)))
    _, _, completed, logged = await here.recorded()
    assert logged.event == InteractionLogged(
        number=logged.event.number,  # type: ignore[attr-defined]
        contact_id=contact,
        record=Record(
            kind=Kind.MEETING,
            word="meeting",
            when=When(at=outcome.held_at, duration=1800),
            said=Said(subject="Kick-off", notes="Agreed", topics=("Scope", "Price")),
            place=Place(location="Room 3"),
            people=People(participants=(Participant(name="Ann Lee"),)),
        ),
    )
    assert completed.event == MeetingCompleted(
        contact_id=contact, interaction_id=logged.stream.id, outcome=outcome
    )
    assert logged.position == completed.position + 1


async def test_a_meeting_completed_twice_alike_is_completed_once(here: Desk, there: Desk):
    meeting = await meeting_with(here, await ann(here))
    command = CompleteMeeting(meeting, held())
    first = await here.does(complete_meeting, command)
    assert await there.does(complete_meeting, command) == first
    assert len(await here.events()) == 4
    other = OUTCOME.model_copy(update={"outcomes": "Disagreed"})
    with pytest.raises(Conflict):
        await here.does(complete_meeting, CompleteMeeting(meeting, held(other)))


async def test_a_meeting_completed_at_once_by_many_is_completed_once(here: Desk, there: Desk):
    meeting = await meeting_with(here, await ann(here))
    command = CompleteMeeting(meeting, held())
    desks = [here, there] * 10
    answers = await asyncio.gather(*(desk.does(complete_meeting, command) for desk in desks))
    assert len(set(answers)) == 1
    assert len(await here.events()) == 4


async def test_a_meeting_without_a_date_was_held_when_it_was_scheduled(here: Desk):
    meeting = await meeting_with(here, await ann(here), scheduled_at=NOW - HOUR)
    await here.does(complete_meeting, CompleteMeeting(meeting, {}))
    assert (await here.state("meeting", meeting)).outcome.held_at == NOW - HOUR


async def test_a_meeting_without_a_date_that_is_still_to_come_was_held_just_now(here: Desk):
    meeting = await meeting_with(here, await ann(here), scheduled_at=NOW + HOUR)
    command = CompleteMeeting(meeting, {})
    await here.does(complete_meeting, command)
    assert (await here.state("meeting", meeting)).outcome.held_at == NOW
    here.now += timedelta(days=2)
    await here.does(complete_meeting, command)
    assert (await here.state("meeting", meeting)).outcome.held_at == NOW


async def test_a_meeting_held_in_the_future_leaves_no_trace(here: Desk):
    meeting = await meeting_with(here, await ann(here))
    late = OUTCOME.model_copy(update={"held_at": NOW + HOUR})
    with pytest.raises(Invalid):
        await here.does(complete_meeting, CompleteMeeting(meeting, held(late)))
    assert len(await here.events()) == 2


async def test_a_meeting_with_a_removed_contact_cant_be_completed_but_cancelled(here: Desk):
    contact = await ann(here)
    meeting = await meeting_with(here, contact)
    await here.does(remove_contact, RemoveContact(contact))
    with pytest.raises(Conflict) as refused:
        await here.does(complete_meeting, CompleteMeeting(meeting, held()))
    assert refused.value.code == "contact_removed"
    await here.does(cancel_meeting, EndMeeting(meeting, "Left"))
    assert (await here.state("meeting", meeting)).status == MeetingStatus.CANCELLED


async def test_a_meeting_completed_before_its_contact_was_removed_stays_completed(here: Desk):
    contact = await ann(here)
    meeting = await meeting_with(here, contact)
    first = await here.does(complete_meeting, CompleteMeeting(meeting, held()))
    await here.does(remove_contact, RemoveContact(contact))
    assert await here.does(complete_meeting, CompleteMeeting(meeting, held())) == first


async def test_a_meetings_contact_cant_be_changed(here: Desk):
    contact, other = await ann(here), await ann(here)
    meeting = await meeting_with(here, contact)
    with pytest.raises(Invalid) as refused:
        await here.does(reschedule_meeting, RescheduleMeeting(meeting, {}, contact_id=other))
    assert refused.value.field == "contact_id"
    await here.does(reschedule_meeting, RescheduleMeeting(meeting, {}, contact_id=contact))


async def test_a_meeting_that_is_moved_takes_as_long_as_before(here: Desk):
    start = APPOINTMENT.scheduled_at
    meeting = await meeting_with(here, await ann(here), ends_at=start + HOUR)
    await here.does(reschedule_meeting, RescheduleMeeting(meeting, {"scheduled_at": start + HOUR}))
    appointment = (await here.state("meeting", meeting)).appointment
    assert (appointment.scheduled_at, appointment.ends_at) == (start + HOUR, start + 2 * HOUR)
    both = {"scheduled_at": start, "ends_at": start + 3 * HOUR}
    await here.does(reschedule_meeting, RescheduleMeeting(meeting, both))
    assert (await here.state("meeting", meeting)).appointment.ends_at == start + 3 * HOUR
    last = {"scheduled_at": datetime.max.replace(tzinfo=UTC) - HOUR}
    with pytest.raises(Invalid, match="after the year 9999"):
        await here.does(reschedule_meeting, RescheduleMeeting(meeting, last))


async def test_a_reinstated_meeting_is_with_a_contact_that_is_there(here: Desk):
    contact = await ann(here)
    meeting = await meeting_with(here, contact)
    await here.does(cancel_meeting, EndMeeting(meeting, "Snow"))
    await here.does(remove_contact, RemoveContact(contact))
    with pytest.raises(Conflict) as refused:
        await here.does(reinstate_meeting, ReinstateMeeting(meeting))
    assert refused.value.code == "contact_removed"
    await here.does(restore_contact, RestoreContact(contact))
    await here.does(reinstate_meeting, ReinstateMeeting(meeting))
    assert (await here.state("meeting", meeting)).status == MeetingStatus.SCHEDULED


async def test_a_whole_day_is_logged_as_one_in_its_zone(here: Desk):
    day = NOW.replace(hour=0, minute=0)
    meeting = await meeting_with(
        here, await ann(here), scheduled_at=day, whole_day=True, timezone="Europe/Berlin"
    )
    await here.does(complete_meeting, CompleteMeeting(meeting, {}))
    logged = (await here.events())[-1]
    assert isinstance(logged, InteractionLogged)
    assert logged.record.when == When(at=day, zone="Europe/Berlin", whole_day=True)


async def test_cancelling_and_missing_keep_the_reason(here: Desk):
    contact = await ann(here)
    cancelled, missed = await meeting_with(here, contact), await meeting_with(here, contact)
    await here.does(cancel_meeting, EndMeeting(cancelled, "Snow"))
    await here.does(miss_meeting, EndMeeting(missed, "Nobody came"))
    states = [await here.state("meeting", meeting) for meeting in (cancelled, missed)]
    assert [(state.status, state.reason) for state in states] == [
        (MeetingStatus.CANCELLED, "Snow"),
        (MeetingStatus.NO_SHOW, "Nobody came"),
    ]
