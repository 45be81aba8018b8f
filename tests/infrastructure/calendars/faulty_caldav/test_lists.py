"""Lists of changes that are cut off, lost or never supported: nothing is lost or doubled."""

import pytest

from infrastructure.calendars.caldav import listing
from infrastructure.calendars.port import CursorLost, Refused, ServiceError, Unreachable
from tests.infrastructure.calendars.double import CALENDAR, Said, multistatus, status
from tests.infrastructure.calendars.faulty_caldav.given import answering, fill, opened
from tests.infrastructure.calendars.rounds import listed, whole_round
from tests.infrastructure.calendars.texts import WINDOW, event

pytestmark = pytest.mark.anyio


class TestLists:
    async def test_a_list_that_is_cut_off_goes_on(self, double, service, calendar):
        double.page = 2
        fill(double, 5)
        pages, cursor = await whole_round(service, calendar)
        assert len(listed(pages)) == 5
        assert all(page.full for page in pages)
        fill(double, 3)
        double.delete(f"{CALENDAR}4.ics")
        pages, _ = await whole_round(service, calendar, cursor)
        assert listed(pages).keys() == {"u0@x", "u1@x", "u2@x"}
        assert [name for page in pages for name in page.gone] == [f"{CALENDAR}4.ics"]
        assert not any(page.full for page in pages)

    async def test_a_cut_that_isnt_seen_is_detected(self, double, service, calendar, monkeypatch):
        """The mutant."""
        monkeypatch.setattr(listing, "FULL_STORAGE", 999)
        double.page = 2
        fill(double, 5)
        pages, _ = await whole_round(service, calendar)
        assert len(listed(pages)) < 5

    async def test_a_list_that_doesnt_get_on_ends(self, double, service, calendar):
        token = "<D:sync-token>1</D:sync-token>"
        answering(double, "sync-collection", multistatus(status(CALENDAR, 507), token))
        with pytest.raises(Unreachable, match="doesn't get on"):
            await whole_round(service, calendar)

    @pytest.mark.parametrize("answer", [403, 409, 412, 507])
    async def test_a_token_that_isnt_taken_is_a_lost_cursor(
        self, double, service, calendar, answer
    ):
        _, cursor = await whole_round(service, calendar)
        answering(double, "sync-collection", Said(answer))
        with pytest.raises(CursorLost):
            await service.changes(calendar, cursor, WINDOW)
        with pytest.raises(ServiceError):  # without a token it means what it says
            await service.changes(calendar, None, WINDOW)

    async def test_a_lost_cursor_that_isnt_seen_is_detected(
        self, double, service, calendar, monkeypatch
    ):
        """The mutant: the account would wait for its user."""
        monkeypatch.setattr(listing, "LOST", ())
        _, cursor = await whole_round(service, calendar)
        answering(double, "sync-collection", Said(403))
        with pytest.raises(Refused):
            await service.changes(calendar, cursor, WINDOW)

    async def test_a_condition_says_that_the_cursor_is_lost_whatever_the_status(
        self, double, service, calendar
    ):
        _, cursor = await whole_round(service, calendar)
        error = '<error xmlns="DAV:"><valid-sync-token/></error>'
        answering(double, "sync-collection", Said(400, error))
        with pytest.raises(CursorLost):
            await service.changes(calendar, cursor, WINDOW)


class TestWithoutSyncCollection:
    @pytest.mark.parametrize("ctags", [True, False])
    async def test_etags_tell_what_changed(self, double, service, calendar, ctags):
        double.syncs, double.ctags = False, ctags
        fill(double, 4)
        pages, cursor = await whole_round(service, calendar)
        assert len(listed(pages)) == 4
        double.store(f"{CALENDAR}1.ics", event("u1@x", "Dinner"))
        double.delete(f"{CALENDAR}2.ics")
        pages, cursor = await whole_round(service, calendar, cursor)
        assert listed(pages).keys() == {"u1@x"}
        assert pages[0].gone == (f"{CALENDAR}2.ics",)
        assert not pages[0].full
        double.asked.clear()
        pages, _ = await whole_round(service, calendar, cursor)
        assert (pages[0].objects, pages[0].gone, pages[0].full) == ((), (), False)
        depths = [asked.headers["depth"] for asked in double.asked]
        assert depths == (["0"] if ctags else ["0", "1"])

    async def test_another_process_lists_everything_again(self, double, service, calendar):
        double.syncs = False
        fill(double, 2)
        _, cursor = await whole_round(service, calendar)
        other = await opened(double)
        assert (await other.changes(calendar, cursor, WINDOW)).objects == ()
        double.store(f"{CALENDAR}1.ics", event("u1@x", "Dinner"))
        with pytest.raises(CursorLost):
            await other.changes(calendar, cursor, WINDOW)
        assert len(listed((await whole_round(other, calendar))[0])) == 2
        await other.close()

    async def test_a_round_that_failed_is_repeated(self, double, service, calendar):
        double.syncs = False
        fill(double, 2)
        _, cursor = await whole_round(service, calendar)
        double.store(f"{CALENDAR}1.ics", event("u1@x", "Dinner"))
        answering(double, "calendar-multiget", Said(503))
        with pytest.raises(Unreachable):
            await service.changes(calendar, cursor, WINDOW)
        double.instead = lambda _: None
        assert listed((await whole_round(service, calendar, cursor))[0]).keys() == {"u1@x"}

    async def test_a_server_that_learns_it_loses_the_cursor(self, double, service, calendar):
        double.syncs = False
        _, cursor = await whole_round(service, calendar)
        double.syncs = True
        other = await opened(double)
        with pytest.raises(CursorLost):
            await other.changes(calendar, cursor, WINDOW)
        await other.close()
