"""Mutants of what keeps a calendar whole: each does the harm that another test looks for."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from infrastructure.calendars import rest
from infrastructure.calendars.google import objects as google_objects
from infrastructure.calendars.google import requests as google_requests
from infrastructure.calendars.google import service as google_service
from infrastructure.calendars.google import writing as google_writing
from infrastructure.calendars.listing import Stored
from infrastructure.calendars.microsoft import cursors as graph_cursors
from infrastructure.calendars.microsoft import objects as graph_objects
from infrastructure.calendars.microsoft import requests as graph_requests
from infrastructure.calendars.microsoft import service as graph_service
from infrastructure.calendars.microsoft import writing as graph_writing
from infrastructure.calendars.port import Calendar, ServiceError, Unreachable, Window
from infrastructure.calendars.rest import Api
from tests.doubles.server import Reply
from tests.infrastructure.calendars.cloud.hands import (
    START,
    WEEK,
    WINDOW,
    Hand,
    Service,
    meanwhile,
)
from tests.infrastructure.calendars.cloud.rounds import Known, follow, pages_of, starts, wanted

pytestmark = pytest.mark.anyio


@pytest.fixture
def google(hand: Hand) -> Hand:
    return hand if "@" in hand.calendar else pytest.skip("Graph has other mutants")


@pytest.fixture
def graph(hand: Hand) -> Hand:
    return pytest.skip("Google has other mutants") if "@" in hand.calendar else hand


@pytest.fixture
def broken(hand: Hand) -> Iterator[list[str]]:
    """The rules that the double sees broken, as a mutant has to break them."""
    yield hand.double.broken
    hand.double.broken.clear()


async def test_new_ids_at_every_try_make_an_event_twice(
    hand: Hand, service: Service, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
):
    async def nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(google_writing, "event_id", lambda _: uuid4().hex)
    monkeypatch.setattr(graph_writing, "transaction", lambda *_: f"kith-{uuid4()}-0")
    monkeypatch.setattr(graph_requests.GraphRequests, "found", nothing)
    meeting, known = wanted(), Known()
    hand.double.fail(Reply(502), lambda request: request.method == "POST", after=True)
    with pytest.raises(ServiceError):
        await service.put(calendar, meeting, None, None)
    await service.put(calendar, meeting, None, None)
    await follow(service, calendar, known, None)
    assert len(known) == 2


async def test_a_write_without_a_condition_overwrites_the_users(
    hand: Hand, service: Service, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
):
    ask = Api.ask

    async def unconditional(self, method, path, query=None, body=None, headers=None, answers=()):
        kept = {name: value for name, value in (headers or {}).items() if name != "If-Match"}
        return await ask(self, method, path, query, body, kept, answers)

    monkeypatch.setattr(Api, "ask", unconditional)
    put = await service.put(calendar, wanted(), None, None)
    meanwhile(hand, put.id)
    await service.put(calendar, wanted("Yours"), put.id, put.etag)
    known: Known = {}
    await follow(service, calendar, known, None)
    assert starts(known) == [("Yours", START)]


@pytest.mark.parametrize("change", ["moved", "cancelled"])
async def test_a_fingerprint_of_the_master_alone_misses_an_occurrence(
    hand: Hand,
    service: Service,
    calendar: Calendar,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
):
    series, known = hand.add("Weekly", times=3), Known()

    def of_the_master(self: Any) -> Stored:
        kept = {name: self.master.get(name) for name in ("summary", "subject", "start")}
        return Stored(str(self.master["id"]), None, None, repr(kept).encode())

    for each in (google_objects, graph_objects):
        monkeypatch.setattr(each.Series, "stored", property(of_the_master))
    cursor = await follow(service, calendar, known, None)
    before = known[series]
    instance = hand.instance(series, START + WEEK)
    if change == "moved":
        hand.change(instance, start=START + 2 * WEEK)
    else:
        hand.delete(instance)
    await follow(service, calendar, known, cursor)
    assert known[series].fingerprint == before.fingerprint


async def test_a_cancelled_occurrence_that_isnt_filled_cant_be_read(
    google: Hand, service: Service, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(google_objects, "filled", lambda raw, _: dict(raw))
    series, known = google.add("Weekly", times=3), Known()
    google.delete(google.instance(series, START + WEEK))
    await follow(service, calendar, known, None)
    assert [each.code for each in known[series].troubles] == ["unreadable"]


async def test_an_expired_cursor_that_isnt_noticed_loses_changes(
    google: Hand, service: Service, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
):
    cursor = (await pages_of(service, calendar))[-1].cursor
    google.add()
    google.double.expired_before = google.double.clock + 1
    monkeypatch.setattr(google_service, "GONE", 0)
    (page,) = await pages_of(service, calendar, cursor)
    assert (page.objects, page.cursor) == ((), None)


async def test_a_revoked_consent_that_isnt_told_is_tried_again(
    hand: Hand, service: Service, monkeypatch: pytest.MonkeyPatch
):
    hand.double.revoked = True
    hand.double.expire()
    monkeypatch.setattr(rest, "Refused", Unreachable)
    with pytest.raises(Unreachable):  # the role sync tries again after that
        await service.calendars()


@pytest.mark.usefixtures("google")
async def test_guests_that_arent_spared_get_mail(
    service: Service,
    calendar: Calendar,
    monkeypatch: pytest.MonkeyPatch,
    broken: list[str],
):
    monkeypatch.setattr(google_requests, "NO_INVITATIONS", {})
    with pytest.raises(ServiceError):
        await service.put(calendar, wanted(), None, None)
    assert broken


async def test_an_event_with_guests_that_is_written_to_sends_mail(
    graph: Hand,
    service: Service,
    calendar: Calendar,
    monkeypatch: pytest.MonkeyPatch,
    broken: list[str],
):
    monkeypatch.setattr(graph_service.GraphCalendars, "_unguested", lambda *_: None)
    one = graph.add(guests=["bob@example.com"])
    with pytest.raises(ServiceError):
        await service.put(calendar, wanted("Other"), one, None)
    assert "mail to guests" in broken[0]


async def test_an_event_that_is_told_as_removed_may_have_moved_only(
    graph: Hand, service: Service, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
):
    async def nothing(*_: Any) -> None:
        return None

    one, known = graph.add(), Known()
    cursor = await follow(service, calendar, known, None)
    monkeypatch.setattr(graph_requests.GraphRequests, "event", nothing)
    graph.change(one, start=WINDOW.until + WEEK)
    await follow(service, calendar, known, cursor)
    assert known == {}


async def test_a_window_that_stays_misses_what_comes_into_it(
    graph: Hand, service: Service, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
):
    of = graph_cursors.GraphCursor.of
    first = WINDOW.until.date().isoformat()
    monkeypatch.setattr(graph_cursors.GraphCursor, "of", lambda text, _: of(text, first))
    graph.add("ahead", WINDOW.until + timedelta(hours=2))
    known: Known = {}
    cursor = await follow(service, calendar, known, None)
    tomorrow = Window(*(at + timedelta(days=1) for at in WINDOW))
    assert (await service.changes(calendar, cursor, tomorrow)).objects == ()
