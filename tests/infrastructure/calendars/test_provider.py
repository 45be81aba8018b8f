"""One account at a real server: found, listed, followed, written to."""

from datetime import timedelta

import pytest

from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import (
    Calendar,
    Changes,
    CursorLost,
    Gone,
    Refused,
    Stale,
)
from tests.infrastructure.calendars.rounds import listed, whole_round
from tests.infrastructure.calendars.servers import SECRETS, Server
from tests.infrastructure.calendars.texts import START, WINDOW, event, wanted

pytestmark = pytest.mark.anyio


class TestDiscovery:
    async def test_calendars_are_found_from_whatever_address_is_known(
        self, server: Server, calendar: Calendar
    ):
        bare = server.url.removeprefix("https://").rstrip("/")  # stands for https
        for address in (server.url, bare, server.principal, server.home, calendar.id):
            service = await open_service("caldav", address, SECRETS, server.way_out())
            assert calendar in await service.calendars()
            await service.close()

    async def test_the_address_of_a_calendar_stands_for_it_alone(
        self, server: Server, calendar: Calendar
    ):
        service = await open_service("caldav", calendar.id, SECRETS, server.way_out())
        assert await service.calendars() == [calendar]
        await service.close()

    async def test_a_calendar_has_its_name_and_may_be_written_to(self, calendar: Calendar):
        assert calendar.name == calendar.id.rstrip("/").rpartition("/")[2]
        assert not calendar.read_only

    async def test_collections_of_other_things_are_left_out(self, server: Server, service):
        tasks = await server.calendar("tasks", "VTODO")
        assert tasks not in [one.id for one in await service.calendars()]

    @pytest.mark.parametrize("secrets", [{}, SECRETS | {"password": "wrong"}, {"username": "eve"}])
    async def test_a_wrong_password_is_refused(self, server: Server, calendar: Calendar, secrets):
        service = await open_service("caldav", server.url, secrets, server.way_out())
        with pytest.raises(Refused, match="username or the password"):
            await service.calendars()
        with pytest.raises(Refused):
            await service.changes(calendar, None, WINDOW)
        await service.close()


class TestChanges:
    async def test_a_first_round_lists_everything(self, server, service, calendar):
        for number in range(3):
            await server.store(f"{calendar.id}a{number}.ics", event(f"u{number}@x"))
        pages, cursor = await whole_round(service, calendar)
        found = listed(pages)
        assert found.keys() == {"u0@x", "u1@x", "u2@x"}
        assert all(page.full for page in pages)
        one = found["u1@x"]
        assert one.etag is not None
        assert (one.occurrences[0].start, one.occurrences[0].title) == (START, "Lunch")
        pages, _ = await whole_round(service, calendar, cursor)
        assert pages == [Changes((), (), cursor, more=False, full=False)]

    async def test_a_later_round_lists_what_was_changed_made_and_deleted(
        self, server, service, calendar
    ):
        for number in range(3):
            await server.store(f"{calendar.id}a{number}.ics", event(f"u{number}@x"))
        pages, cursor = await whole_round(service, calendar)
        before = listed(pages)
        await server.store(f"{calendar.id}a0.ics", event("u0@x", "Dinner"))
        await server.store(f"{calendar.id}new.ics", event("new@x"))
        assert await server.send("DELETE", f"{calendar.id}a1.ics") in (200, 204)
        pages, cursor = await whole_round(service, calendar, cursor)
        after = listed(pages)
        assert after.keys() == {"u0@x", "new@x"}
        assert not any(page.full for page in pages)
        assert [name for page in pages for name in page.gone] == [before["u1@x"].id]
        assert after["u0@x"].fingerprint != before["u0@x"].fingerprint
        assert after["u0@x"].id == before["u0@x"].id

    @pytest.mark.parametrize("name", ["a b.ics", "ü@x.ics", "a%2Fb.ics", "(1)'!*~.ics"])
    async def test_an_object_of_any_name_has_one_id(self, server, service, calendar, name):
        quoted = name.replace(" ", "%20").replace("ü", "%C3%BC")
        if await server.send("PUT", f"{calendar.id}{quoted}", event("u@x"), ICS) != 201:
            pytest.skip("the server takes no such name")
        pages, _ = await whole_round(service, calendar)
        one = listed(pages)["u@x"]
        again = await service.get(calendar, one.id, WINDOW)
        assert again is not None
        assert (again.id, again.etag, again.fingerprint) == (one.id, one.etag, one.fingerprint)
        await service.delete(calendar, one.id, one.etag)
        assert listed((await whole_round(service, calendar))[0]) == {}

    async def test_a_round_of_many_pages_is_resumed_by_another_process(
        self, server, service, calendar
    ):
        for number in range(210):
            await server.store(f"{calendar.id}a{number}.ics", event(f"u{number}@x"))
        pages = [await service.changes(calendar, None, WINDOW)]
        await server.store(f"{calendar.id}a0.ics", event("u0@x", "Dinner"))
        while pages[-1].more:
            other = await open_service("caldav", server.url, SECRETS, server.way_out())
            pages.append(await other.changes(calendar, pages[-1].cursor, WINDOW))
            await other.close()
        assert all(page.full for page in pages)
        seen = {one.uid: one.occurrences[0].title for page in pages for one in page.objects}
        assert len(seen) == 210
        last, _ = await whole_round(service, calendar, pages[-1].cursor)
        assert seen | {uid: one.occurrences[0].title for uid, one in listed(last).items()} == (
            seen | {"u0@x": "Dinner"}
        )

    @pytest.mark.parametrize("cursor", ["nonsense", '["snonsense",null,null,false]'])
    async def test_a_cursor_that_the_server_never_gave_is_lost(self, service, calendar, cursor):
        with pytest.raises(CursorLost):
            await service.changes(calendar, cursor, WINDOW)

    async def test_a_calendar_that_was_deleted_is_gone(self, server, service, calendar):
        _, cursor = await whole_round(service, calendar)
        assert await server.send("DELETE", calendar.id) in (200, 204)
        with pytest.raises((Gone, CursorLost)):
            await service.changes(calendar, cursor, WINDOW)
        with pytest.raises(Gone):
            await service.changes(calendar, None, WINDOW)

    async def test_a_text_that_is_no_calendar_leaves_the_others(self, server, service, calendar):
        await server.store(f"{calendar.id}good.ics", event("good@x"))
        bad = event("bad@x").replace("DTSTART:", "X-START:")
        await server.send("PUT", f"{calendar.id}bad.ics", bad, ICS)
        found = listed((await whole_round(service, calendar))[0])
        assert found["good@x"].troubles == ()


ICS = {"Content-Type": "text/calendar; charset=utf-8"}


class TestWriting:
    async def test_a_meeting_that_is_put_stands_in_the_calendar(self, service, calendar):
        meeting = wanted()
        put = await service.put(calendar, meeting, None, None)
        found = listed((await whole_round(service, calendar))[0])
        one = found[meeting.uid]
        assert one.id == put.id
        assert one.etag == put.etag or one.fingerprint == put.fingerprint
        occurrence = one.occurrences[0]
        assert (occurrence.start, occurrence.ends_at) == (START, START + timedelta(hours=1))
        assert (occurrence.title, occurrence.place) == ("Review", "Room 1")
        assert occurrence.attendees == ()

    async def test_an_event_that_was_put_changes_nothing_when_seen_again(self, service, calendar):
        _, cursor = await whole_round(service, calendar)
        put = await service.put(calendar, wanted(), None, None)
        (one,) = listed((await whole_round(service, calendar, cursor))[0]).values()
        assert one.etag == put.etag or one.fingerprint == put.fingerprint

    async def test_a_meeting_put_twice_stands_there_once(self, service, calendar):
        """The state after a lost answer, or a kill between the PUT and its note."""
        meeting = wanted()
        first = await service.put(calendar, meeting, None, None)
        second = await service.put(calendar, meeting, None, None)
        assert (second.id, second.etag) == (first.id, first.etag)
        assert len(listed((await whole_round(service, calendar))[0])) == 1

    async def test_a_meeting_put_again_after_it_was_changed_there_is_stale(
        self, server, service, calendar
    ):
        meeting = wanted()
        await service.put(calendar, meeting, None, None)
        await server.store(f"{calendar.id}{meeting.meeting}.ics", event(meeting.uid, "Mine"))
        with pytest.raises(Stale):
            await service.put(calendar, meeting, None, None)

    async def test_a_change_keeps_what_it_doesnt_concern(self, server, service, calendar):
        await server.store(f"{calendar.id}a.ics", event("a@x"))
        (one,) = listed((await whole_round(service, calendar))[0]).values()
        meeting = wanted("Supper")._replace(uid="a@x", place=None, agenda=())
        put = await service.put(calendar, meeting, one.id, one.etag)
        changed = await service.get(calendar, one.id, WINDOW)
        assert changed is not None
        assert changed.occurrences[0].title == "Supper"
        assert changed.etag == put.etag != one.etag

    async def test_a_change_of_a_version_that_isnt_there_any_more_is_stale(
        self, server, service, calendar
    ):
        await server.store(f"{calendar.id}a.ics", event("a@x"))
        (one,) = listed((await whole_round(service, calendar))[0]).values()
        await server.store(f"{calendar.id}a.ics", event("a@x", "Dinner"))
        meeting = wanted("Supper")._replace(uid="a@x")
        with pytest.raises(Stale):
            await service.put(calendar, meeting, one.id, one.etag)
        with pytest.raises(Stale):
            await service.delete(calendar, one.id, one.etag)
        assert await server.send("DELETE", f"{calendar.id}a.ics") in (200, 204)
        with pytest.raises(Stale):
            await service.put(calendar, meeting, one.id, one.etag)

    async def test_a_deleted_object_is_gone_and_stays_so(self, service, calendar):
        put = await service.put(calendar, wanted(), None, None)
        (one,) = listed((await whole_round(service, calendar))[0]).values()
        await service.delete(calendar, put.id, one.etag)
        await service.delete(calendar, put.id, one.etag)
        assert await service.get(calendar, put.id, WINDOW) is None
        assert listed((await whole_round(service, calendar))[0]) == {}
