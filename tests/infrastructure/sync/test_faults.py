"""Faults between the two sides: nothing twice, nothing lost. Each comes with its mutant."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.meeting import MeetingStatus
from infrastructure.calendars.port import CalendarService, ServiceError, Unreachable
from infrastructure.sync import cursors, links, object_taking, taking
from infrastructure.sync.links import Link
from infrastructure.sync.objects import Known
from infrastructure.sync.pulling import Puller, Side
from infrastructure.sync.pushes import Push
from infrastructure.sync.pushing import Pusher
from infrastructure.sync.visit import Overtaken, Visit
from tests.infrastructure.sync.calendar_server import (
    HOUR,
    SOON,
    CalendarServer,
    InMemoryService,
    event,
)
from tests.infrastructure.sync.kill_mutants import MovesFirst

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


class Killed(Exception):
    """The process ends here."""


def raising(error: Exception) -> Callable[[CalendarServer], None]:
    def happen(_: CalendarServer) -> None:
        raise error

    return happen


class GivesUp(Pusher):
    """The mutant: takes an event that is there already for a failure."""

    async def _catch_up(self, visit: Visit, side: Side, link: Link | None) -> None: ...


@pytest.mark.parametrize("error", [Killed(), Unreachable("the answer is lost")])
@pytest.mark.parametrize(("mutant", "synced"), [(Pusher, True), (GivesUp, False)])
async def test_a_put_whose_link_was_lost_is_linked_again(desk, error, mutant, synced):
    """Killed between PUT and link, or the answer to the PUT was lost."""
    desk.pusher_class = mutant
    meeting = await desk.schedule(await desk.contact())
    desk.server.after["put"].append(raising(error))
    with pytest.raises(type(error)):
        await desk.visit(pull=False)
    assert await desk.links() == []
    await desk.visit(pull=False)
    await desk.reschedule(meeting, purpose="Dinner")
    await desk.visit(pull=False)
    assert (desk.server.only().title == "Dinner") is synced
    assert (desk.troubles == []) is synced


@pytest.mark.parametrize("error", [Killed(), Unreachable("the answer is lost")])
async def test_a_change_whose_answer_was_lost_is_agreed_on(desk, error):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    await desk.reschedule(meeting, purpose="Dinner", scheduled_at=SOON + DAY)
    desk.server.after["put"].append(raising(error))
    with pytest.raises(type(error)):
        await desk.visit(pull=False)
    await desk.visit(pull=False)
    assert await desk.events() == ["scheduled", "rescheduled"]
    assert desk.server.only().start == SOON + DAY
    assert await desk.waiting() == []
    desk.server.change(f"{meeting}@kith.ics", title="Tea")
    await desk.visit()
    assert (await desk.meeting(meeting)).appointment.purpose == "Tea"


class BelievesItsOwn(Pusher):
    """The mutant: takes what it sent for what is stored, without an ETag that says so."""

    async def _keep(self, visit, side, link, put):
        await super()._keep(visit, side, link, put._replace(etag="of its own"))


@pytest.mark.parametrize(("mutant", "seen"), [(Pusher, True), (BelievesItsOwn, False)])
async def test_a_put_without_an_etag_is_read_back(desk, mutant, seen):
    desk.pusher_class = mutant
    desk.server.etags = False
    meeting = await desk.schedule(await desk.contact())

    def moved(server: CalendarServer) -> None:
        server.change(f"{meeting}@kith.ics", start=SOON + HOUR, ends_at=None)

    desk.server.after["put"].append(moved)
    await desk.visit(pull=False)
    found = (await desk.meeting(meeting)).appointment.scheduled_at
    assert (found == SOON + HOUR) is seen


class InsistsForEver(Pusher):
    """The mutant: never counts its rounds."""

    async def _push(self, visit: Visit, side: Side, push: Push) -> None:
        while True:
            before = len(self._troubled)
            await super()._push(visit, side, push)
            if len(self._troubled) == before:
                return
            del self._troubled[before:]

    @property
    def _troubled(self) -> list:
        return self._problem.__self__.troubles  # type: ignore[attr-defined]


@pytest.mark.parametrize(("mutant", "ends"), [(Pusher, True), (InsistsForEver, False)])
async def test_a_storm_of_412_ends_as_a_problem(desk, mutant, ends):
    desk.pusher_class = mutant
    meeting = await desk.schedule(await desk.contact())
    other = await desk.schedule(await desk.contact("bob@example.com"))
    await desk.visit()
    await desk.reschedule(meeting, purpose="Dinner")
    await desk.reschedule(other, purpose="Tea")
    title = f"{meeting}@kith.ics"
    minutes = iter(range(1, 10_000))

    def changed(server: CalendarServer) -> None:
        server.before["put"].append(changed)
        if server.calls.count("put") > 30:
            raise Killed
        server.change(title, start=SOON + timedelta(minutes=next(minutes)), ends_at=None)

    desk.server.before["put"].append(changed)
    if not ends:
        with pytest.raises(Killed):
            await desk.visit(pull=False)
        return
    await desk.visit(pull=False)
    assert [each.code for each in desk.troubles] == ["changing"]
    assert "Tea" in [each.title for each in desk.server.events()]
    assert await desk.waiting() == []
    desk.server.before["put"].clear()
    await desk.visit()
    start = (await desk.meeting(meeting)).appointment.scheduled_at
    assert start in [each.start for each in desk.server.events()]


async def test_a_conflict_during_a_put_is_merged_and_put_again(desk):
    meeting = await desk.schedule(await desk.contact())
    await desk.visit()
    await desk.reschedule(meeting, purpose="Dinner")
    desk.server.before["put"].append(
        lambda server: server.change(f"{meeting}@kith.ics", place="Room 1")
    )
    await desk.visit(pull=False)
    there, here = desk.server.only(), (await desk.meeting(meeting)).appointment
    assert (there.title, there.place) == ("Dinner", "Room 1")
    assert (here.purpose, here.location) == ("Dinner", "Room 1")


class BelievesFullLists(Puller):
    """The mutant: a full list is taken, and not compared with the links."""

    async def _page(self, visit, side, cursor, page, window):
        listed = page._replace(full=False)
        return await super()._page(visit, side, cursor._replace(listing=False), listed, window)


@pytest.mark.parametrize(("mutant", "noticed"), [(Puller, True), (BelievesFullLists, False)])
async def test_a_deletion_behind_an_expired_cursor_is_noticed(desk, mutant, noticed):
    desk.puller_class = mutant
    await desk.contact()
    name = desk.server.save(event())
    await desk.visit()
    desk.server.remove(name)
    desk.server.expire()
    try:
        await desk.visit()
    except Overtaken:
        await desk.visit()
    status = (await desk.meeting()).status
    assert (status == MeetingStatus.CANCELLED) is noticed


class KilledTaking(taking.Taker):
    """Is killed at the second page."""

    pages = 0

    async def take(self, *args, **options):
        KilledTaking.pages += 1
        if KilledTaking.pages == 2:
            raise Killed
        await super().take(*args, **options)


@pytest.mark.parametrize(("mutant", "all_taken"), [(Puller, True), (MovesFirst, False)])
async def test_a_page_lost_midway_is_taken_again(desk, mutant, all_taken):
    desk.puller_class, desk.taker_class = mutant, KilledTaking
    KilledTaking.pages = 0
    await desk.contact()
    desk.server.page_size = 4
    for number in range(10):
        desk.server.save(event(f"e{number}"))
    with pytest.raises(Killed):
        await desk.visit()
    await desk.visit()
    assert (len(await desk.all_meetings()) == 10) is all_taken


async def test_a_page_that_fails_at_the_server_is_asked_for_again(desk):
    await desk.contact()
    desk.server.page_size = 4
    for number in range(10):
        desk.server.save(event(f"e{number}"))
    desk.server.before["changes"] += [lambda _: None, raising(Unreachable("gone"))]
    with pytest.raises(Unreachable):
        await desk.visit()
    desk.server.remove("e9.ics")
    await desk.visit()
    assert len(await desk.all_meetings()) == 9


class Unfenced(Visit):
    """The mutant: writes without looking whether the visit was overtaken."""

    hold_sql = "SELECT 1 WHERE %s::uuid IS NOT NULL AND %s::uuid IS NOT NULL"


@pytest.mark.parametrize(("mutant", "fenced"), [(Visit, True), (Unfenced, False)])
async def test_a_stalled_owner_that_wakes_up_moves_nothing(desk, mutant, fenced, monkeypatch):
    """It read a page, stalled, and wakes up after its successor has taken later changes."""
    if not fenced:
        monkeypatch.setattr(cursors, "MOVE", cursors.MOVE.replace("WHERE", "WHERE true OR"))
    await desk.contact()
    name = desk.server.save(event())
    await desk.visit()
    desk.server.change(name, start=SOON + HOUR, ends_at=None)
    stalled, woken = asyncio.Event(), asyncio.Event()

    class Stalling(InMemoryService):
        async def changes(self, calendar, cursor, window):
            page = await super().changes(calendar, cursor, window)
            stalled.set()
            await woken.wait()
            return page

    desk.visit_class = mutant
    old = await desk.begin()
    service: CalendarService = Stalling(desk.server)
    task = asyncio.create_task(desk.visitor().visit(old, service, desk.server.calendars, pull=True))
    await stalled.wait()
    desk.visit_class = Visit
    desk.server.change(name, start=SOON + DAY, ends_at=None)
    await desk.visit()
    before = await cursors.load(await desk.begin(), "work")
    # The third visit, so that the second has ended.
    woken.set()
    if fenced:
        with pytest.raises(Overtaken):
            await task
    else:
        await task
    after = await cursors.load(await desk.begin(), "work")
    assert (after == before) is fenced
    moved = (await desk.meeting()).appointment.scheduled_at == SOON + DAY
    assert moved is fenced


@pytest.mark.parametrize("twice", [False, True])
async def test_an_event_whose_link_was_lost_is_taken_once(desk, monkeypatch, twice):
    """Killed between the append and the link. The mutant chooses a new id each time."""
    if twice:
        monkeypatch.setattr(object_taking, "meeting_of", lambda *_: uuid4())
    await desk.contact()
    desk.server.save(event())
    save = links.save

    async def killed(*_):
        monkeypatch.setattr(links, "save", save)
        raise Killed

    monkeypatch.setattr(links, "save", killed)
    with pytest.raises(Killed):
        await desk.visit()
    await desk.visit()
    assert len(await desk.all_meetings()) == (2 if twice else 1)


async def test_a_page_that_lists_an_object_twice_takes_it_once(desk):
    await desk.contact()
    desk.server.save(event())

    class Doubling(InMemoryService):
        async def changes(self, calendar, cursor, window):
            page = await super().changes(calendar, None, window)
            return page._replace(objects=page.objects * 2)

    for _ in range(3):
        service = Doubling(desk.server)
        visit = await desk.begin()
        await desk.visitor().visit(visit, service, desk.server.calendars, pull=True)
    assert await desk.events() == ["scheduled"]


async def test_a_meeting_changed_while_its_event_is_taken_is_decided_again(desk, monkeypatch):
    await desk.contact()
    name = desk.server.save(event())
    await desk.visit()
    desk.server.change(name, place="Room 1")
    (link,) = await desk.links()
    check = Visit.check

    async def meanwhile(self):
        monkeypatch.setattr(Visit, "check", check)
        await desk.reschedule(link.meeting, purpose="Dinner")
        await check(self)

    monkeypatch.setattr(Visit, "check", meanwhile)
    visit = await desk.begin()
    monkeypatch.setattr(desk, "plan", lambda _: asyncio.sleep(0))
    await desk.visit(visit=visit)
    here = (await desk.meeting()).appointment
    assert (here.purpose, here.location) == ("Dinner", "Room 1")
    assert desk.server.only().title == "Dinner"


async def test_an_etag_or_a_fingerprint_that_is_known_changes_nothing(desk):
    await desk.contact()
    desk.server.save(event())
    await desk.visit()
    desk.server.expire()
    await desk.visit()
    known = Known('"1"', b"1", None, again=False, gone=False)
    service = InMemoryService(desk.server)
    found = (await service.changes(desk.server.calendars[0], None, desk.puller().window())).objects
    assert known.is_like(found[0]._replace(etag='"1"'))
    assert known.is_like(found[0]._replace(etag='"2"', fingerprint=b"1"))
    assert not known.is_like(found[0]._replace(etag='"2"', fingerprint=b"2"))
    assert not known._replace(again=True).is_like(found[0]._replace(etag='"1"'))


async def test_a_server_that_refuses_every_412_free_write_leaves_the_push_waiting(desk):
    await desk.schedule(await desk.contact())
    desk.server.before["put"].append(raising(Unreachable("503")))
    with pytest.raises(Unreachable):
        await desk.visit(pull=False)
    assert len(await desk.waiting()) == 1
    await desk.visit(pull=False)
    assert len(desk.server.stored) == 1


async def test_an_event_that_the_service_refuses_is_a_problem_and_the_others_are_written(desk):
    refused = await desk.schedule(await desk.contact())
    written = await desk.schedule(await desk.contact("bob@example.com"))
    desk.server.before["put"].append(raising(ServiceError("It has guests.")))
    await desk.visit(pull=False)
    assert [(each.item, each.detail) for each in desk.troubles] == [
        (f"{refused}@kith", "It has guests.")
    ]
    assert desk.server.only().uid == f"{written}@kith"
    assert await desk.waiting() == []


async def test_an_event_that_the_service_doesnt_show_is_a_problem_once(desk):
    desk.server.save(event())
    await desk.visit()
    await desk.opened.rows(
        "UPDATE calendar_objects SET again = true WHERE account = %s RETURNING 1", desk.id
    )
    desk.server.before["get"].append(raising(ServiceError("It isn't shown.")))
    await desk.visit()
    await desk.visit()
    assert [each.code for each in desk.troubles] == ["not_read"]
    assert desk.server.calls.count("get") == 1
