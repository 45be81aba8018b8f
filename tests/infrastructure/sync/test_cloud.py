"""Both ways between the ledger and a calendar at Google or Microsoft, over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from domain.meeting import MeetingStatus
from infrastructure.calendars.microsoft.objects import put
from infrastructure.calendars.microsoft.service import GraphCalendars
from infrastructure.sync.account import Chosen
from infrastructure.sync.visit import Visit
from tests.doubles.server import Reply, Request
from tests.infrastructure.calendars.cloud.hands import Hand, hand_of
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.sync.calendar_server import SOON, CalendarServer
from tests.infrastructure.sync.desk import Desk

pytestmark = pytest.mark.anyio

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ANN = "ann@example.com"


@dataclass
class CloudDesk(Desk):
    """`hand` is the user's own in the calendar."""

    hand: Hand | None = None

    async def visit(self, *, pull: bool = True, visit: Visit | None = None) -> None:
        assert self.hand
        service = self.hand.service()
        begun = visit or await self.begin()
        try:
            await self.visitor().visit(begun, service, await service.calendars(), pull=pull)
        finally:
            await service.close()

    def writes(self) -> int:
        assert self.hand
        return sum(request.method != "GET" for request in self.hand.double.requests)


@pytest.fixture(params=["google", "microsoft"])
def hand(request: pytest.FixtureRequest) -> Iterator[Hand]:
    with hand_of(request.param) as one:
        yield one


@pytest.fixture
def desk(opened: Ledger, hand: Hand) -> CloudDesk:
    chosen = (Chosen(hand.calendar, read=True, write=True),)
    return CloudDesk(
        opened, CalendarServer(), address="ada@example.com", calendars=chosen, hand=hand
    )


async def test_a_meeting_is_put_once_and_comes_back_without_a_change(desk: CloudDesk, hand: Hand):
    meeting = await desk.schedule(await desk.contact(), agenda_items=("Price",))
    await desk.visit()
    writes = desk.writes()
    assert writes == 1
    hand.double.expired_before = hand.double.clock + 1
    for _ in range(3):
        await desk.visit()
    assert (await desk.events(), desk.writes()) == (["scheduled"], writes)
    assert (await desk.meeting(meeting)).appointment.ends_at is None
    assert desk.troubles == []


async def test_a_lost_answer_makes_no_second_event(desk: CloudDesk, hand: Hand):
    await desk.schedule(await desk.contact())
    hand.double.fail(Reply(502), lambda request: request.method == "POST", after=True)
    with pytest.raises(Exception, match="fault of its own"):
        await desk.visit()
    await desk.visit()
    await desk.visit()
    assert len(hand.double.events[hand.calendar]) == 1
    assert (await desk.waiting(), await desk.events()) == ([], ["scheduled"])


async def test_a_meeting_follows_its_event_and_its_event_the_meeting(desk: CloudDesk, hand: Hand):
    meeting = await desk.schedule(await desk.contact(), purpose="Review")
    await desk.visit()
    (event,) = hand.double.events[hand.calendar]
    hand.change(event, start=SOON.replace(microsecond=0) + DAY)
    await desk.visit()
    found = (await desk.meeting(meeting)).appointment
    assert (found.scheduled_at, found.purpose) == (SOON.replace(microsecond=0) + DAY, "Review")
    await desk.reschedule(meeting, purpose="Dinner")
    await desk.visit()
    raw = hand.raw(event)
    assert raw.get("summary", raw.get("subject")) == "Dinner"
    before = desk.writes()
    await desk.visit()
    assert (await desk.events(), desk.writes()) == (
        ["scheduled", "rescheduled", "rescheduled"],
        before,
    )


async def test_a_deleted_event_cancels_its_meeting(desk: CloudDesk, hand: Hand):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    (event,) = hand.double.events[hand.calendar]
    hand.delete(event)
    await desk.visit()
    assert (await desk.meeting(meeting)).status == MeetingStatus.CANCELLED
    await desk.visit()
    assert await desk.events() == ["scheduled", "cancelled"]


async def test_a_cancelled_meeting_leaves_the_calendar(desk: CloudDesk, hand: Hand):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    (event,) = hand.double.events[hand.calendar]
    await desk.cancel(meeting)
    await desk.visit()
    await desk.visit()
    service = hand.service()
    calendar = (await service.calendars())[0]
    assert await service.get(calendar, event, desk.puller().window()) is None
    await service.close()
    assert await desk.events() == ["scheduled", "cancelled"]


async def test_an_event_with_a_contact_becomes_a_meeting_and_others_dont(
    desk: CloudDesk, hand: Hand
):
    await desk.contact(ANN)
    hand.add("Lunch", SOON, guests=[ANN])
    hand.add("Dentist", SOON)
    hand.add("Secret", SOON, guests=[ANN], private=True)
    for _ in range(2):
        await desk.visit()
    (meeting,) = await desk.all_meetings()
    assert meeting.appointment.purpose == "Lunch"
    assert await desk.events() == ["scheduled"]
    assert desk.writes() == 0


async def test_each_occurrence_of_a_series_is_a_meeting_of_its_own(desk: CloudDesk, hand: Hand):
    await desk.contact(ANN)
    series = hand.add("Weekly", SOON, guests=[ANN], times=3)
    await desk.visit()
    begins = hand.raw(series)["start"]["dateTime"]
    assert begins
    assert await desk.events() == ["scheduled"] * 3
    first, second, third = sorted(
        each.appointment.scheduled_at for each in await desk.all_meetings()
    )
    hand.change(hand.instance(series, second), start=second + HOUR)
    hand.delete(hand.instance(series, third))
    await desk.visit()
    await desk.visit()
    assert sorted((await desk.events())[3:]) == ["cancelled", "rescheduled"]
    assert sorted(each.appointment.scheduled_at for each in await desk.all_meetings()) == [
        first,
        second + HOUR,
        third,
    ]
    assert desk.writes() == 0


async def test_an_event_gone_while_the_cursor_was_lost_is_found_gone(desk: CloudDesk, hand: Hand):
    await desk.contact(ANN)
    stays, goes = (hand.add(title, SOON, guests=[ANN]) for title in ("stays", "goes"))
    await desk.visit()
    hand.delete(goes)
    hand.double.expired_before = hand.double.clock + 1
    await desk.visit()
    by_title = {each.appointment.purpose: each.status for each in await desk.all_meetings()}
    assert by_title == {"stays": MeetingStatus.SCHEDULED, "goes": MeetingStatus.CANCELLED}
    assert hand.raw(stays)


async def test_a_zone_that_outlook_names_otherwise_moves_no_meeting(desk: CloudDesk, hand: Hand):
    meeting = await desk.schedule(await desk.contact(), timezone="Europe/Amsterdam")
    await desk.visit()
    (event,) = hand.double.events[hand.calendar]
    hand.change(event, title="Dinner")
    await desk.visit()
    found = (await desk.meeting(meeting)).appointment
    assert (found.scheduled_at, found.purpose) == (SOON, "Dinner")
    assert desk.writes() == 1


@pytest.mark.parametrize("hand", ["microsoft"], indirect=True)
@pytest.mark.parametrize("believed", [False, True])
async def test_a_change_right_after_a_write_isnt_taken_for_what_was_written(
    desk: CloudDesk, hand: Hand, monkeypatch: pytest.MonkeyPatch, believed: bool
):
    """Graph's answers are read back. The mutant takes what stands there for what it wrote."""
    if believed:
        monkeypatch.setattr(GraphCalendars, "_read_back", lambda _, raw, __: put(raw))
    later = SOON.replace(microsecond=0) + DAY
    moved: list[str] = []

    def moving(request: Request) -> bool:
        events = list(hand.double.events[hand.calendar])
        if request.method == "GET" and events and not moved:
            moved.extend(events)
            hand.change(*events, start=later)
        return False

    hand.double.fail(Reply(500), moving)
    meeting = await desk.schedule(await desk.contact())
    for _ in range(2):
        await desk.visit()
    found = (await desk.meeting(meeting)).appointment.scheduled_at
    assert (found == later) is not believed
