"""Meetings written into a calendar of Google's or Microsoft's: once, and without a guest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infrastructure.calendars.port import Calendar, ServiceError, Stale, Wanted, Window
from tests.doubles.server import Reply
from tests.infrastructure.calendars.cloud.hands import (
    HOUR,
    START,
    WEEK,
    WINDOW,
    Hand,
    Service,
    meanwhile,
)
from tests.infrastructure.calendars.cloud.rounds import Known, follow, starts, wanted

pytestmark = pytest.mark.anyio

FOREIGN: dict[str, dict[str, Any]] = {
    "google": {"colorId": "7", "transparency": "transparent", "description": "By hand"},
    "microsoft": {
        "categories": ["Red"],
        "importance": "high",
        "body": {"contentType": "html", "content": "<html><body><b>By hand</b></body></html>"},
    },
}


class TestCreating:
    async def test_a_meeting_stands_in_the_calendar_as_it_is_wanted(
        self, service: Service, calendar: Calendar
    ):
        meeting, known = wanted(), Known()
        cursor = await follow(service, calendar, known, None)
        put = await service.put(calendar, meeting, None, None)
        await follow(service, calendar, known, cursor)
        one = known[put.id]
        assert (one.uid, one.etag, one.fingerprint) == (meeting.uid, put.etag, put.fingerprint)
        (found,) = one.occurrences
        assert (found.uid, found.start, found.ends_at) == (meeting.uid, START, START + HOUR)
        assert (found.title, found.place, found.zone) == ("Review", "Room 1", "Europe/Berlin")
        assert (found.attendees, found.notes) == ((), None)

    async def test_a_meeting_put_twice_stands_there_once(
        self, service: Service, calendar: Calendar
    ):
        meeting = wanted()
        first = await service.put(calendar, meeting, None, None)
        assert await service.put(calendar, meeting, None, None) == first

    async def test_a_lost_answer_is_made_up_for(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        meeting = wanted()
        lost = Reply(502)
        hand.double.fail(lost, lambda request: request.method == "POST", after=True)
        with pytest.raises(ServiceError):
            await service.put(calendar, meeting, None, None)
        put = await service.put(calendar, meeting, None, None)
        known: Known = {}
        await follow(service, calendar, known, None)
        assert list(known) == [put.id]

    async def test_a_meeting_that_was_changed_there_meanwhile_is_stale(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        meeting = wanted()
        put = await service.put(calendar, meeting, None, None)
        hand.change(put.id, title="Mine")
        with pytest.raises(Stale):
            await service.put(calendar, meeting, None, None)

    @pytest.mark.parametrize("answers_again", [False, True])
    async def test_a_meeting_that_was_deleted_there_can_be_put_again(
        self, hand: Hand, service: Service, calendar: Calendar, answers_again: bool
    ):
        """Google keeps the id of what was deleted, and Graph its transaction."""
        hand.double.answers_again = answers_again
        meeting = wanted()
        for _ in range(3):
            put = await service.put(calendar, meeting, None, None)
            found = await service.get(calendar, put.id, WINDOW)
            assert found is not None
            assert (found.uid, found.etag) == (meeting.uid, put.etag)
            await service.delete(calendar, put.id, put.etag)
            assert await service.get(calendar, put.id, WINDOW) is None

    async def test_a_meeting_without_an_end_or_a_zone_takes_half_an_hour(
        self, service: Service, calendar: Calendar
    ):
        meeting = wanted()._replace(ends_at=None, zone=None, place=None, agenda=())
        put = await service.put(calendar, meeting, None, None)
        found = await service.get(calendar, put.id, WINDOW)
        assert found is not None
        assert found.occurrences[0].ends_at == START + timedelta(minutes=30)
        again = await service.put(calendar, meeting, put.id, put.etag)
        assert again == put

    async def test_a_whole_day_is_put_as_dates(self, service: Service, calendar: Calendar):
        day = datetime(2026, 12, 24, tzinfo=UTC)
        meeting = wanted()._replace(start=day, ends_at=None, whole_day=True, zone=None)
        put = await service.put(calendar, meeting, None, None)
        found = await service.get(calendar, put.id, WINDOW)
        assert found is not None
        (one,) = found.occurrences
        assert (one.whole_day, one.start, one.ends_at) == (True, day, day + timedelta(days=1))
        assert await service.put(calendar, meeting, put.id, put.etag) == put

    @pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/Indiana/Knox", "UTC"])
    async def test_a_zone_that_the_service_doesnt_know_is_put_once(
        self, service: Service, calendar: Calendar, zone: str
    ):
        meeting = wanted()._replace(zone=zone)
        put = await service.put(calendar, meeting, None, None)
        found = await service.get(calendar, put.id, WINDOW)
        assert found is not None
        assert found.occurrences[0].start == START
        assert await service.put(calendar, meeting, put.id, put.etag) == put

    async def test_the_later_of_two_moments_at_one_time_by_the_clock_is_put(
        self, service: Service, calendar: Calendar
    ):
        """When summer time ends; a clock without its offset would mean the earlier one."""
        late = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
        meeting = wanted()._replace(start=late, ends_at=late + HOUR)
        put = await service.put(calendar, meeting, None, None)
        window = Window(late - WEEK, late + WEEK)
        found = await service.get(calendar, put.id, window)
        assert found is not None
        assert (found.occurrences[0].start, found.occurrences[0].ends_at) == (late, late + HOUR)

    async def test_a_copy_of_kiths_event_is_the_users_own(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        if "@" not in hand.calendar:
            pytest.skip("Graph copies no transaction")
        put = await service.put(calendar, wanted(), None, None)
        copy = hand.add(extendedProperties=hand.raw(put.id)["extendedProperties"])
        found = await service.get(calendar, copy, WINDOW)
        assert found is not None
        assert found.uid == f"{copy}@google.com"


class TestChanging:
    async def test_a_change_keeps_what_it_doesnt_concern(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        foreign = dict(FOREIGN["google" if "@" in hand.calendar else "microsoft"])
        one = hand.add(**foreign)
        found = await service.get(calendar, one, WINDOW)
        assert found is not None
        moved = wanted("Lunch")._replace(
            uid=str(found.uid), start=START + HOUR, ends_at=START + 2 * HOUR, agenda=("Budget",)
        )
        put = await service.put(calendar, moved, one, found.etag)
        raw = hand.raw(one)
        described = foreign.pop("description", None) or foreign.pop("body")
        assert {name: raw[name] for name in foreign} == foreign
        text = raw.get("description") or raw["body"]["content"]
        assert "By hand" in text
        assert "Budget" in text
        if isinstance(described, dict):
            assert "<b>By hand</b>" in text
        after = await service.get(calendar, one, WINDOW)
        assert after is not None
        assert (after.etag, after.fingerprint) == (put.etag, put.fingerprint)
        assert after.occurrences[0].start == START + HOUR
        assert after.occurrences[0].notes == "By hand"

    async def test_an_agenda_is_replaced_and_not_repeated(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        meeting = wanted()
        put = await service.put(calendar, meeting, None, None)
        for agenda in (("One",), ("Two", "Three"), ()):
            changed = meeting._replace(agenda=agenda)
            put = await service.put(calendar, changed, put.id, put.etag)
            assert await service.put(calendar, changed, put.id, put.etag) == put
            raw = hand.raw(put.id)
            text = str(raw.get("description", "")) + str(raw.get("body", {}).get("content", ""))
            assert text.count("Agenda (kith)") == (1 if agenda else 0)
            assert all(each in text for each in agenda)
            assert "Budget" not in text

    async def test_a_version_that_isnt_there_any_more_is_stale(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        put = await service.put(calendar, wanted(), None, None)
        hand.change(put.id, title="Mine")
        with pytest.raises(Stale):
            await service.put(calendar, wanted("Yours"), put.id, put.etag)
        with pytest.raises(Stale):
            await service.delete(calendar, put.id, put.etag)
        hand.double.remove(hand.calendar, put.id)
        with pytest.raises(Stale):
            await service.put(calendar, wanted("Yours"), put.id, put.etag)

    async def test_a_change_between_the_look_and_the_write_is_stale(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        put = await service.put(calendar, wanted(), None, None)
        meanwhile(hand, put.id)
        with pytest.raises(Stale):
            await service.put(calendar, wanted("Yours"), put.id, put.etag)
        assert await service.get(calendar, put.id, WINDOW) is not None

    async def test_one_occurrence_of_the_users_own_series_is_moved(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        series, known = hand.add("Weekly", times=3), Known()
        await follow(service, calendar, known, None)
        one = known[series]
        moved = _moved(one.uid, START + WEEK)
        put = await service.put(calendar, moved, series, one.etag)
        await follow(service, calendar, known, None)
        assert starts(known) == [
            ("Weekly", START),
            ("Weekly", START + WEEK + HOUR),
            ("Weekly", START + 2 * WEEK),
        ]
        assert (known[series].etag, known[series].fingerprint) == (put.etag, put.fingerprint)
        hand.change(hand.instance(series, START), title="Other")
        with pytest.raises(Stale):
            await service.put(calendar, moved, series, put.etag)
        with pytest.raises(Stale):
            await service.put(calendar, _moved(one.uid, START + HOUR), series, None)

    async def test_a_deleted_event_is_gone_and_stays_so(self, service: Service, calendar: Calendar):
        put = await service.put(calendar, wanted(), None, None)
        await service.delete(calendar, put.id, put.etag)
        await service.delete(calendar, put.id, put.etag)
        assert await service.get(calendar, put.id, WINDOW) is None

    async def test_nobody_is_sent_a_mail(self, hand: Hand, service: Service, calendar: Calendar):
        """Google is asked not to tell guests; Graph can't be asked, so it isn't written to. The
        doubles refuse any request that would invite or tell somebody."""
        one = hand.add(guests=["bob@example.com"])
        found = await service.get(calendar, one, WINDOW)
        assert found is not None
        meeting = wanted("Other")._replace(uid=str(found.uid))
        if "@" in hand.calendar:
            await service.put(calendar, meeting, one, found.etag)
            assert hand.raw(one)["attendees"] == [{"email": "bob@example.com"}]
            return
        with pytest.raises(ServiceError, match="mail to the guests"):
            await service.put(calendar, meeting, one, found.etag)
        with pytest.raises(ServiceError, match="mail to the guests"):
            await service.delete(calendar, one, found.etag)


def _moved(uid: str | None, recurrence: datetime) -> Wanted:
    start = recurrence + HOUR
    times: dict[str, Any] = {"start": start, "ends_at": start + HOUR, "recurrence": recurrence}
    return wanted("Weekly")._replace(uid=str(uid), place=None, agenda=(), **times)
