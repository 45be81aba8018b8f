"""The role as a process runs it: planner, owners and visits together."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.account import Suspension
from domain.contact import ContactDetailsChanged
from domain.event import Changed
from domain.meeting import MeetingStatus
from domain.streams import StreamName
from infrastructure.accounts.problems import Problems
from infrastructure.accounts.states import NEW, States
from infrastructure.calendars.port import Gone, Refused, Unreachable
from infrastructure.sync import due, places
from infrastructure.sync import syncing as role
from tests.infrastructure.projecting.support import eventually
from tests.infrastructure.sync.calendar_server import SOON, CalendarServer, event
from tests.infrastructure.sync.desk import Desk
from tests.infrastructure.sync.house import House, rows_of

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


@pytest.fixture
async def house(opened) -> House:
    return House(opened)


@pytest.fixture(autouse=True)
def meetings_are_planned_by_the_planner(monkeypatch):
    async def plan(*_) -> None: ...

    monkeypatch.setattr(Desk, "plan", plan)


async def state_of(house: House, desk: Desk):
    return (await States(house.fetch).of(desk.tenant, [desk.id])).get(desk.id, NEW)


async def test_a_meeting_is_in_the_calendar_and_follows_it_there(house, desk):
    await house.connect(desk)
    contact = await desk.contact()
    async with house.running(desk):
        meeting = await desk.schedule(contact)

        async def is_there() -> bool:
            return len(desk.server.stored) == 1

        await eventually(is_there)
        desk.server.change(f"{meeting}@kith.ics", start=SOON + DAY, ends_at=None)
        await house.wake(desk)

        async def has_moved() -> bool:
            return (await desk.meeting(meeting)).appointment.scheduled_at == SOON + DAY

        await eventually(has_moved)
        desk.server.remove(f"{meeting}@kith.ics")
        await house.wake(desk)

        async def is_cancelled() -> bool:
            return (await desk.meeting(meeting)).status == MeetingStatus.CANCELLED

        await eventually(is_cancelled)
    state = await state_of(house, desk)
    assert (state.phase, state.attention, state.attempts) == ("active", None, 0)
    assert state.last_success is not None
    assert house.opens == 1


async def test_an_event_is_taken_once_its_guest_is_a_contact(house, desk):
    await house.connect(desk)
    desk.server.save(event())
    contact = await desk.contact("ann@elsewhere.example")
    async with house.running(desk):

        async def is_ignored() -> bool:
            return await desk.ignored() == {"one.ics": "noContact"}

        await eventually(is_ignored)
        stream = StreamName(desk.tenant, "contact", contact)
        entity = await desk.log.load(stream, fresh=True)
        changes = {"email": Changed(old="ann@elsewhere.example", new="Ann@Example.com")}
        await desk.opened.append(stream, entity, ContactDetailsChanged(changes=changes))

        async def is_taken() -> bool:
            return await desk.meeting() is not None

        await eventually(is_taken)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Refused("The password was refused."), Suspension.CREDENTIALS),
        (Gone("There is no such account."), Suspension.GONE),
    ],
)
async def test_an_account_that_is_refused_is_suspended_and_not_tried_again(
    house, desk, error, reason
):
    await house.connect(desk)

    def refuse(server: CalendarServer) -> None:
        server.before["changes"].append(refuse)
        raise error

    desk.server.before["changes"].append(refuse)
    async with house.running(desk):

        async def is_suspended() -> bool:
            return (await house.account(desk)).suspended == reason

        await eventually(is_suspended)
        await house.wake(desk)
        await asyncio.sleep(3 * role.LOOK)
    assert desk.server.calls.count("changes") == 1


async def test_the_sentence_of_a_refusal_is_the_users_attention(house, desk):
    await house.connect(desk)

    def refuse(_: CalendarServer) -> None:
        raise Refused("The password was refused.")

    desk.server.before["calendars"].append(refuse)
    async with house.running(desk):

        async def is_told() -> bool:
            return (await state_of(house, desk)).attention == "The password was refused."

        await eventually(is_told)


async def test_a_server_that_cant_be_reached_is_tried_again_and_others_go_on(house, desk):
    await house.connect(desk)
    other = await house.connect(
        Desk(desk.opened, CalendarServer(), desk.tenant, "6", "b@x.example")
    )

    def fail(server: CalendarServer) -> None:
        server.before["changes"].append(fail)
        raise Unreachable("503", 0.0)

    desk.server.before["changes"].append(fail)
    await desk.contact()
    other.server.save(event())
    async with house.running(desk):

        async def is_taken() -> bool:
            return await other.meeting() is not None

        await eventually(is_taken)

        async def has_failed() -> bool:
            return (await state_of(house, desk)).attempts > 0

        await eventually(has_failed)
        desk.server.before["changes"].clear()
        await house.wake(desk)

        async def is_active() -> bool:
            return (await state_of(house, desk)).phase == "active"

        await eventually(is_active)
    assert (await house.account(desk)).suspended is None


class NeverAnswering(House):
    """`stuck` are the addresses of servers that don't."""

    def __init__(self, opened):
        super().__init__(opened)
        self.stuck: set[str] = set()
        self.waiting = 0

    async def open_service(self, kind, address, *given):
        if address in self.stuck:
            self.waiting += 1
            await asyncio.Event().wait()
        return await super().open_service(kind, address, *given)


@pytest.mark.parametrize(("failing", "taken"), [(places.FAILING_EACH, True), (places.EACH, False)])
async def test_servers_that_never_answer_leave_room_for_others_of_their_tenant(
    opened, desk, monkeypatch, failing, taken
):
    """The mutant: those whose last visit failed may be as many as all."""
    monkeypatch.setattr(places, "FAILING_EACH", failing)
    house = NeverAnswering(opened)
    for number in range(places.EACH):
        one = Desk(opened, CalendarServer(), desk.tenant, f"6{number}", f"{number}@x.example")
        await house.connect(one)
        await opened.rows(
            "INSERT INTO account_states (account, tenant, attempts) VALUES (%s, %s, 1) RETURNING 1",
            one.id,
            one.tenant,
        )
    house.stuck |= house.servers.keys()
    await desk.contact()
    desk.server.save(event())
    async with house.running(desk):

        async def is_full() -> bool:
            return house.waiting == failing

        await eventually(is_full)
        await house.connect(desk)
        if not taken:
            await asyncio.sleep(6 * role.LOOK)
            assert desk.server.calls == []
            return

        async def is_taken() -> bool:
            return await desk.meeting() is not None

        await eventually(is_taken)


@pytest.mark.parametrize(("order", "found"), [("turn, next_at", True), ("next_at", False)])
async def test_an_account_is_found_due_behind_many_of_another_tenant(
    house, desk, monkeypatch, order, found
):
    monkeypatch.setattr(due, "MOST", 3)
    monkeypatch.setattr(due, "DUE", due.DUE.replace("turn, next_at LIMIT", f"{order} LIMIT"))
    many = uuid4().hex
    desks = [
        Desk(desk.opened, CalendarServer(), many, str(number), f"{number}@x.example")
        for number in range(5)
    ]
    for number, each in enumerate([*desks, desk]):
        await house.connect(each)
        await desk.opened.rows(
            "INSERT INTO account_states (account, tenant, next_at) "
            "VALUES (%s, %s, now() - interval '1 day' + %s * interval '1 s') RETURNING 1",
            each.id,
            each.tenant,
            number,
        )
    others = await desk.opened.rows(
        "SELECT account FROM account_states WHERE tenant <> ALL(%s)", [many, desk.tenant]
    )
    listed = await due.due(house.fetch, [account for (account,) in others])
    assert (desk.id in [each.account for each in listed]) is found


async def test_a_server_that_cant_be_reached_is_a_problem_until_it_can_be(house, desk):
    await house.connect(desk)

    def fail(server: CalendarServer) -> None:
        server.before["changes"].append(fail)
        raise Unreachable("The server answers 503.", 0.0)

    async def problems() -> list[tuple[str, str, str]]:
        sql = "SELECT item, code, detail FROM account_problems WHERE account = %s"
        return await desk.opened.rows(sql, desk.id)

    async def is_told() -> bool:
        return await problems() == [(role.WHOLE, "unreachable", "The server answers 503.")]

    async def is_solved() -> bool:
        return await problems() == []

    desk.server.before["changes"].append(fail)
    async with house.running(desk):
        await eventually(is_told)
        desk.server.before["changes"].clear()
        await house.wake(desk)
        await eventually(is_solved)


async def test_a_problem_of_an_event_is_over_once_the_event_is_taken(house, desk):
    await house.connect(desk)
    problems = Problems(house.fetch)
    for item in ("one", "one.ics", "two"):
        await problems.add(desk.tenant, desk.id, item, None, "unreadable", "It can't be read.")
    desk.server.save(event("one"))
    async with house.running(desk):

        async def only_the_other_is_left() -> bool:
            sql = "SELECT item FROM account_problems WHERE account = %s"
            return await desk.opened.rows(sql, desk.id) == [("two",)]

        await eventually(only_the_other_is_left)


async def test_an_account_that_was_removed_leaves_nothing_and_both_sides_stay(house, desk):
    await house.connect(desk)
    contact = await desk.contact()
    async with house.running(desk):
        meeting = await desk.schedule(contact)

        async def is_there() -> bool:
            return len(await desk.links()) == 1

        await eventually(is_there)
        await house.remove(desk)

        async def is_forgotten() -> bool:
            return await desk.opened.value(rows_of(desk.id)) == 0

        await eventually(is_forgotten)
    assert len(desk.server.stored) == 1
    assert (await desk.meeting(meeting)).status == MeetingStatus.SCHEDULED


async def test_two_processes_take_an_event_once_between_them(house, desk):
    await house.connect(desk)
    await desk.contact()
    for number in range(20):
        desk.server.save(event(f"e{number}"))
    async with house.running(desk), house.running(desk):

        async def is_taken() -> bool:
            return len(await desk.all_meetings()) == 20

        await eventually(is_taken)
        await house.wake(desk)
    assert await desk.events() == ["scheduled"] * 20
