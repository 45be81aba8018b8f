"""Rounds through a calendar of Google's or Microsoft's: first, later, resumed, and lost."""

from datetime import timedelta

import pytest

from infrastructure.calendars.port import Calendar, CursorLost, Gone, Window
from infrastructure.outside.addresses import LONGEST_LINK
from tests.infrastructure.calendars.cloud.hands import HOUR, START, WEEK, WINDOW, Hand, Service
from tests.infrastructure.calendars.cloud.rounds import Known, follow, pages_of, starts

pytestmark = pytest.mark.anyio

TIMES = 5


class TestCalendars:
    async def test_a_users_own_calendar_comes_first_and_may_be_written_to(
        self, hand: Hand, service: Service
    ):
        hand.double.add_calendar("team/1", "Team", **_read_only(hand))
        assert await service.calendars() == [
            Calendar(hand.calendar, *_named(hand)),
            Calendar("team/1", "Team", True, _zone(hand)),
        ]
        assert await service.address() == "ada@example.com"

    async def test_a_calendar_that_is_there_no_longer_is_gone(self, service: Service):
        with pytest.raises(Gone, match="no longer there"):
            await service.changes(Calendar("other", "Other", False), None, WINDOW)


class TestRounds:
    async def test_a_first_round_lists_everything_page_by_page(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        hand.double.most = 2
        for number in range(TIMES):
            hand.add(f"Lunch {number}", START + number * HOUR)
        pages = await pages_of(service, calendar)
        assert [len(page.objects) for page in pages] == [2, 2, 1]
        assert all(page.full for page in pages)
        found = {one.occurrences[0].title for page in pages for one in page.objects}
        assert found == {f"Lunch {number}" for number in range(TIMES)}

    async def test_a_link_of_the_service_may_be_longer_than_an_address_of_a_user(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        hand.double.state = "x" * (LONGEST_LINK - 1_000)
        hand.double.most = 1
        known: Known = {}
        hand.add("one")
        hand.add("two", START + HOUR)
        cursor = await follow(service, calendar, known, None)
        hand.add("three", START + 2 * HOUR)
        await follow(service, calendar, known, cursor)
        assert len(known) == 3

    async def test_a_later_round_lists_what_was_changed_made_and_deleted(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        stays, moves, goes = (hand.add(title) for title in ("stays", "moves", "goes"))
        known: Known = {}
        cursor = await follow(service, calendar, known, None)
        hand.change(moves, start=START + HOUR)
        hand.delete(goes)
        hand.add("new")
        (page,) = await pages_of(service, calendar, cursor)
        assert not page.full
        assert goes in page.gone
        assert stays not in {one.id for one in page.objects}
        before = known[moves]
        await follow(service, calendar, known, cursor)
        assert starts(known) == [("moves", START + HOUR), ("new", START), ("stays", START)]
        assert known[moves].fingerprint != before.fingerprint
        assert known[moves].etag != before.etag

    async def test_a_round_without_changes_is_empty(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        hand.add(times=TIMES)
        cursor = (await pages_of(service, calendar))[-1].cursor
        (page,) = await pages_of(service, calendar, cursor)
        assert (page.objects, page.gone, page.more) == ((), (), False)

    async def test_a_round_is_resumed_at_its_next_page_by_another_process(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        hand.double.most = 2
        for number in range(TIMES):
            hand.add(f"Lunch {number}")
        first = await service.changes(calendar, None, WINDOW)
        other = hand.service()
        rest = await pages_of(other, calendar, first.cursor)
        await other.close()
        assert all(page.full for page in rest)
        assert len({one.id for page in (first, *rest) for one in page.objects}) == TIMES

    async def test_an_event_that_is_listed_twice_is_one(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        hand.double.repeats = True
        hand.add()
        (page,) = await pages_of(service, calendar)
        assert len(page.objects) == 1

    async def test_an_expired_cursor_is_lost(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        cursor = (await pages_of(service, calendar))[-1].cursor
        hand.add()
        hand.double.expired_before = hand.double.clock + 1
        with pytest.raises(CursorLost):
            await service.changes(calendar, cursor, WINDOW)

    @pytest.mark.parametrize("cursor", ["", "[]", '["a"]', "[1,2,3]", "nonsense"])
    async def test_a_cursor_of_another_form_is_lost(
        self, service: Service, calendar: Calendar, cursor: str
    ):
        with pytest.raises(CursorLost):
            await service.changes(calendar, cursor, WINDOW)

    async def test_an_event_deleted_while_a_cursor_was_lost_isnt_in_the_full_round(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        goes, known = hand.add("goes"), Known()
        hand.add("stays")
        await follow(service, calendar, known, None)
        hand.delete(goes)
        await follow(service, calendar, known, None)
        assert starts(known) == [("stays", START)]


class TestSeries:
    async def test_a_series_has_its_occurrences_inside_the_window(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        series = hand.add("Weekly", WINDOW.until - 3 * WEEK, times=TIMES)
        known: Known = {}
        await follow(service, calendar, known, None)
        one = known[series]
        assert one.recurring
        assert [each.recurrence for each in one.occurrences] == [
            WINDOW.until - number * WEEK for number in (3, 2, 1)
        ]
        assert {each.uid for each in one.occurrences} == {one.uid}

    async def test_a_moved_occurrence_moves_alone(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        series, known = hand.add("Weekly", times=3), Known()
        cursor = await follow(service, calendar, known, None)
        before = known[series]
        hand.change(hand.instance(series, START + WEEK), start=START + WEEK + HOUR)
        await follow(service, calendar, known, cursor)
        assert [(each.recurrence, each.start) for each in known[series].occurrences] == [
            (START, START),
            (START + WEEK, START + WEEK + HOUR),
            (START + 2 * WEEK, START + 2 * WEEK),
        ]
        assert known[series].fingerprint != before.fingerprint
        assert known[series].etag != before.etag

    async def test_a_cancelled_occurrence_takes_place_no_longer(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        """Google tells it without a start, and Graph by its absence."""
        series, known = hand.add("Weekly", times=3), Known()
        cursor = await follow(service, calendar, known, None)
        before = known[series]
        hand.delete(hand.instance(series, START + WEEK))
        await follow(service, calendar, known, cursor)
        assert starts(known) == [("Weekly", START), ("Weekly", START + 2 * WEEK)]
        assert known[series].fingerprint != before.fingerprint

    async def test_an_occurrence_that_left_the_window_is_still_known(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        series, known = hand.add("Weekly", times=3), Known()
        cursor = await follow(service, calendar, known, None)
        away = WINDOW.until + WEEK
        hand.change(hand.instance(series, START + WEEK), start=away)
        await follow(service, calendar, known, cursor)
        assert (START + WEEK, away) in [
            (each.recurrence, each.start) for each in known[series].occurrences
        ]
        found = await service.get(calendar, series, WINDOW)
        assert found == known[series]

    async def test_a_deleted_series_is_gone_with_its_exceptions(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        series, known = hand.add("Weekly", times=3), Known()
        hand.change(hand.instance(series, START + WEEK), title="Other")
        cursor = await follow(service, calendar, known, None)
        hand.delete(series)
        await follow(service, calendar, known, cursor)
        assert known == {}
        assert await service.get(calendar, series, WINDOW) is None

    async def test_an_event_that_was_moved_far_away_is_known_where_it_is(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        """Graph tells it as if it were deleted."""
        one, known = hand.add(), Known()
        cursor = await follow(service, calendar, known, None)
        hand.change(one, start=WINDOW.until + WEEK)
        await follow(service, calendar, known, cursor)
        assert starts(known) == [("Lunch", WINDOW.until + WEEK)]

    async def test_the_window_moves_on_every_day(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        ahead = hand.add("ahead", WINDOW.until + timedelta(hours=2))
        known: Known = {}
        cursor = await follow(service, calendar, known, None)
        tomorrow = Window(*(at + timedelta(days=1) for at in WINDOW))
        try:
            page = await service.changes(calendar, cursor, tomorrow)
        except CursorLost:
            page = await service.changes(calendar, None, tomorrow)
        assert ahead in known or ahead in {one.id for one in page.objects}


def _read_only(hand: Hand) -> dict[str, object]:
    return {"role": "reader"} if "@" in hand.calendar else {"edits": False}


def _named(hand: Hand) -> tuple[str, bool, str | None]:
    return ("Ada", False, "Europe/Berlin") if "@" in hand.calendar else ("Calendar", False, None)


def _zone(hand: Hand) -> str | None:
    return "Europe/Berlin" if "@" in hand.calendar else None
