"""Servers that misbehave: each fault is a sentence for the user, and nothing is lost or doubled."""

import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from infrastructure.calendars.caldav import dav, hrefs, listing, objects, reading, writing, xml
from infrastructure.calendars.caldav import service as service_module
from infrastructure.calendars.icalendar.apart import GivenUp, apart
from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import (
    Calendar,
    CalendarService,
    CursorLost,
    Gone,
    Refused,
    ServiceError,
    Stale,
    Unreachable,
)
from infrastructure.outside import client
from infrastructure.outside.network import trusting
from infrastructure.outside.way_out import WayOut
from tests.infrastructure.calendars.double import (
    CALENDAR,
    HOME,
    Asked,
    Double,
    Said,
    href,
    misbehaving,
    multistatus,
    properties,
    status,
)
from tests.infrastructure.calendars.rounds import listed, whole_round
from tests.infrastructure.calendars.texts import WINDOW, event, wanted

pytestmark = pytest.mark.anyio

TLS = trusting()
SECRETS = {"username": "ada", "password": "secret"}
NO_SENSE = "The server doesn't answer as CalDAV asks."


@pytest.fixture
def double() -> Iterator[Double]:
    with misbehaving() as one:
        yield one


async def opened(double: Double) -> CalendarService:
    way_out = WayOut(allow_private=True, tls=TLS)
    return await open_service("caldav", double.url, SECRETS, way_out)


@pytest.fixture
async def service(double: Double) -> AsyncIterator[CalendarService]:
    one = await opened(double)
    yield one
    await one.close()


@pytest.fixture
def calendar(double: Double) -> Calendar:
    return Calendar(double.url + CALENDAR, "Work", read_only=False)


def fill(double: Double, count: int) -> None:
    for number in range(count):
        double.store(f"{CALENDAR}{number}.ics", event(f"u{number}@x"))


def answering(double: Double, word: str, said: Said | Callable[[Asked], Said | None]) -> None:
    """Instead of what the double says to requests with this word in their body or method."""

    def instead(asked: Asked) -> Said | None:
        if word not in (asked.method, asked.path) and word not in asked.body:
            return None
        return said(asked) if callable(said) else said

    double.instead = instead


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


class TestObjects:
    async def test_objects_are_read_one_by_one_without_a_multiget(self, double, service, calendar):
        double.multigets = False
        fill(double, 3)
        assert len(listed((await whole_round(service, calendar))[0])) == 3

    async def test_an_object_that_a_multiget_leaves_out_is_asked_for(
        self, double, service, calendar
    ):
        fill(double, 2)
        answering(double, "calendar-multiget", multistatus(status(f"{CALENDAR}1.ics", 404)))
        (page,), _ = await whole_round(service, calendar)
        assert [one.uid for one in page.objects] == ["u0@x"]
        assert page.gone == (f"{CALENDAR}1.ics",)

    async def test_an_object_that_isnt_handed_out_is_a_trouble_and_the_others_are_taken(
        self, double, service, calendar
    ):
        fill(double, 2)
        found = properties(
            f"{CALENDAR}0.ics", f"<C:calendar-data>{event('u0@x')}</C:calendar-data>"
        )
        answering(double, "calendar-multiget", multistatus(found, status(f"{CALENDAR}1.ics", 500)))
        (page,), _ = await whole_round(service, calendar)
        good, bad = page.objects
        assert good.troubles == ()
        (trouble,) = bad.troubles
        assert trouble.item == f"{CALENDAR}1.ics"
        assert trouble.detail == "The server doesn't hand the event out (status 500)."

    async def test_an_object_that_is_too_large_is_a_trouble_and_the_others_are_taken(
        self, double, calendar, monkeypatch
    ):
        monkeypatch.setattr(client, "MOST_BYTES", 100_000)
        service = await opened(double)
        fill(double, 7)
        double.store(f"{CALENDAR}3.ics", event("u3@x", "x" * 200_000))
        (page,), _ = await whole_round(service, calendar)
        assert len(page.objects) == 7
        (trouble,) = [one for each in page.objects for one in each.troubles]
        assert (trouble.item, trouble.code) == (f"{CALENDAR}3.ics", "too_large")
        await service.close()

    async def test_a_large_object_that_stops_all_is_detected(self, double, calendar, monkeypatch):
        """The mutant: a page that is too large isn't asked for in smaller parts."""
        monkeypatch.setattr(client, "MOST_BYTES", 100_000)
        monkeypatch.setattr(objects, "TooLarge", Gone)
        service = await opened(double)
        double.store(f"{CALENDAR}3.ics", event("u3@x", "x" * 200_000))
        with pytest.raises(Unreachable):
            await service.changes(calendar, None, WINDOW)
        await service.close()


def first_put(double: Double, then: Said) -> None:
    """The first PUT is done, and answered otherwise."""

    def lost(asked: Asked) -> Said:
        double.instead = lambda _: None
        double.said(asked)
        return then

    answering(double, "PUT", lost)


async def always(*_: object) -> bool:
    return True


async def never(*_: object) -> bool:
    return False


class TestWriting:
    async def test_a_put_whose_answer_was_lost_has_one_effect(self, double, service, calendar):
        meeting = wanted()
        first_put(double, Said(502))
        with pytest.raises(Unreachable):
            await service.put(calendar, meeting, None, None)
        put = await service.put(calendar, meeting, None, None)
        assert list(double.objects) == [put.id]
        assert put.etag == double.etag(put.id)

    async def test_a_lost_answer_that_isnt_recognized_is_detected(
        self, double, service, calendar, monkeypatch
    ):
        """The mutant: what is there is taken for somebody else's."""
        monkeypatch.setattr(writing, "_say_the_same", never)
        first_put(double, Said(502))
        meeting = wanted()
        with pytest.raises(Unreachable):
            await service.put(calendar, meeting, None, None)
        with pytest.raises(Stale):
            await service.put(calendar, meeting, None, None)

    async def test_a_put_without_an_etag_is_read_back(self, double, service, calendar):
        def without_etag(asked: Asked) -> Said:
            return Said(double.said(asked).status)

        answering(double, "PUT", without_etag)
        meeting = wanted()
        put = await service.put(calendar, meeting, None, None)
        assert put.etag == double.etag(put.id)
        changed = await service.put(calendar, meeting._replace(title="New"), put.id, put.etag)
        assert changed.etag == double.etag(put.id) != put.etag

    def overwriting(self, double: Double) -> None:
        """Somebody changes the object between the PUT and its being read back."""

        def overwritten(asked: Asked) -> Said:
            double.said(asked)
            double.store(asked.path, event("theirs@x", "Theirs"))
            return Said(204)

        answering(double, "PUT", overwritten)

    async def test_a_newer_version_that_is_read_back_isnt_taken_for_ours(
        self, double, service, calendar
    ):
        self.overwriting(double)
        assert (await service.put(calendar, wanted(), None, None)).etag is None

    async def test_a_newer_version_taken_for_ours_is_detected(
        self, double, service, calendar, monkeypatch
    ):
        """The mutant: their change would never be seen."""
        monkeypatch.setattr(writing, "_say_the_same", always)
        self.overwriting(double)
        put = await service.put(calendar, wanted(), None, None)
        assert put.etag == double.etag(put.id)

    async def test_an_etag_that_a_proxy_made_weak_still_matches(self, double, service, calendar):
        fill(double, 1)
        name = f"{CALENDAR}0.ics"
        weak = f"W/{double.etag(name)}"
        answering(double, "GET", Said(200, double.objects[name], (("ETag", weak),)))
        meeting = wanted()._replace(uid="u0@x")
        await service.put(calendar, meeting, name, weak)
        await service.delete(calendar, name, f"W/{double.etag(name)}")
        assert double.objects == {}

    async def test_nobody_is_written_to_about_a_deletion(self, double, service, calendar):
        fill(double, 1)
        await service.delete(calendar, f"{CALENDAR}0.ics", None)
        assert double.asked[-1].headers["schedule-reply"] == "F"

    @pytest.mark.parametrize(
        ("answer", "condition", "kind", "said"),
        [
            (403, None, Refused, "doesn't let this user write"),
            (403, "need-privileges", Refused, "doesn't let this user write"),
            (403, "max-resource-size", ServiceError, "doesn't take the event"),
            (409, "no-uid-conflict", Stale, "another object"),
            (409, None, Gone, "no longer there"),
            (404, None, Gone, "no longer there"),
            (507, None, ServiceError, "doesn't take the event"),
            (401, None, Refused, "password"),
            (503, None, Unreachable, "answers 503"),
        ],
    )
    async def test_a_refused_put_is_told_by_its_reason(
        self, double, service, calendar, answer, condition, kind, said
    ):
        space = "DAV:" if condition == "need-privileges" else "urn:ietf:params:xml:ns:caldav"
        error = f'<error xmlns="DAV:"><a:{condition} xmlns:a="{space}"/></error>'
        answering(double, "PUT", Said(answer, error if condition else ""))
        with pytest.raises(kind, match=said) as caught:
            await service.put(calendar, wanted(), None, None)
        assert caught.type is kind


class TestAnswers:
    @pytest.mark.parametrize(
        ("said", "kind", "sentence"),
        [
            (Said(401), Refused, "The server refused the username or the password"),
            (Said(403), Refused, "The server doesn't allow this user to do that."),
            (Said(404), Gone, "The server has nothing at this address."),
            (Said(500), Unreachable, "The server answers 500."),
            (Said(200, "<html>"), Unreachable, "The server speaks no CalDAV at this address."),
            (Said(405), Unreachable, "The server speaks no CalDAV at this address."),
            (Said(207, "<html>"), Unreachable, NO_SENSE),
            (Said(207, ""), Unreachable, NO_SENSE),
            (Said(207, "\x00" * 99), Unreachable, NO_SENSE),
            (Said(301, "", (("Location", "https://example.com/"),)), Unreachable, "redirects to"),
        ],
    )
    async def test_an_answer_that_leads_to_no_calendar_is_a_sentence(
        self, double, service, said, kind, sentence
    ):
        double.instead = lambda _: said
        with pytest.raises(kind, match=sentence) as caught:
            await service.calendars()
        assert "127.0.0.1" not in str(caught.value)

    async def test_a_server_says_when_to_come_again(self, double, service, calendar):
        double.instead = lambda _: Said(429, "", (("Retry-After", "30"),))
        with pytest.raises(Unreachable) as caught:
            await service.changes(calendar, None, WINDOW)
        assert caught.value.retry_after == 30.0

    @pytest.mark.parametrize(
        "body",
        [
            '<!DOCTYPE a [<!ENTITY b "c">]><D:multistatus xmlns:D="DAV:">&b;</D:multistatus>',
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><D:multistatus xmlns:D="DAV:"/>',
            '<D:multistatus xmlns:D="DAV:">' + "<a>" * 99 + "</a>" * 99 + "</D:multistatus>",
            '<D:multistatus xmlns:D="DAV:"><a>' + "<b/>" * 6000 + "</a></D:multistatus>",
            '<D:multistatus xmlns:D="DAV:"><a>',
        ],
    )
    async def test_xml_beyond_its_bounds_is_no_answer(self, double, service, calendar, body):
        double.instead = lambda _: Said(207, body)
        with pytest.raises(Unreachable, match=NO_SENSE):
            await service.changes(calendar, None, WINDOW)

    async def test_a_document_type_that_is_taken_is_detected(
        self, double, service, calendar, monkeypatch
    ):
        """The mutant: entities of the server's own are put in."""
        monkeypatch.delattr(xml._Children, "doctype")
        entity = '<!DOCTYPE a [<!ENTITY b "1">]>'
        body = multistatus("<D:sync-token>&b;</D:sync-token>").body
        answering(double, "sync-collection", Said(207, entity + body))
        assert (await service.changes(calendar, None, WINDOW)).cursor is not None

    async def test_a_list_of_many_elements_is_read_piece_by_piece(self, double, service, calendar):
        fill(double, 2000)
        double.asked.clear()
        page = await service.changes(calendar, None, WINDOW)
        assert (len(page.objects), page.more) == (100, True)

    async def test_calendars_that_may_only_be_read_are_known(self, double, service):
        double.privilege = "read"
        (one,) = await service.calendars()
        assert (one.name, one.read_only) == ("Work", True)


class TestOtherServers:
    @pytest.mark.parametrize("word", ["/", "/dav/", HOME])
    async def test_an_address_at_another_server_is_never_asked(self, double, service, word):
        with misbehaving() as other:
            elsewhere = href(other.url + HOME)
            place = f"<C:calendar-home-set>{elsewhere}</C:calendar-home-set>"
            principal = f"<D:current-user-principal>{elsewhere}</D:current-user-principal>"
            kinds = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
            said = {
                "/": properties("/", principal),
                "/dav/": properties("/dav/", place),
                HOME: properties(other.url + HOME, kinds),
            }

            def elsewhere_at(asked: Asked) -> Said | None:
                if asked.path == "/.well-known/caldav" and word == "/":
                    return multistatus(said["/"])
                return multistatus(said[word]) if asked.path == word else None

            double.instead = elsewhere_at
            with pytest.raises(Unreachable, match="names an address of another server"):
                await service.calendars()
            assert other.asked == []

    async def test_an_address_that_is_followed_anywhere_is_detected(
        self, double, service, monkeypatch
    ):
        """The mutant: the password goes to whom the server names."""
        for module in (hrefs, dav):
            monkeypatch.setattr(module, "belongs", lambda *_: True)
        with misbehaving() as other:
            place = f"<C:calendar-home-set>{href(other.url + HOME)}</C:calendar-home-set>"
            answering(double, "/dav/", multistatus(properties("/dav/", place)))
            await service.calendars()
            assert "authorization" in other.asked[0].headers

    async def test_a_calendar_of_another_server_is_gone(self, double, service):
        with misbehaving() as other:
            calendar = Calendar(other.url + CALENDAR, "Work", read_only=False)
            with pytest.raises(Gone):
                await service.changes(calendar, None, WINDOW)
            with pytest.raises(Gone):
                await service.put(calendar, wanted(), None, None)
            assert other.asked == []

    @pytest.mark.parametrize(
        ("base", "url", "ours"),
        [
            ("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/1/", True),
            ("https://caldav.icloud.com/", "http://p42-caldav.icloud.com/1/", False),
            ("https://caldav.icloud.com/", "https://icloud.com.example.com/", False),
            ("https://dav.example.com/", "https://p42-caldav.icloud.com/", False),
            ("https://dav.example.com/", "https://dav.example.com:443/a", True),
            ("https://dav.example.com/", "https://dav.example.com:8443/a", False),
            ("https://dav.example.com/", "https://other.example.com/", False),
        ],
    )
    def test_a_service_may_spread_over_hosts_of_its_own(self, base, url, ours):
        assert hrefs.belongs(base, url) is ours


async def test_texts_that_take_too_long_are_troubles_and_the_others_are_taken(
    double, service, calendar, monkeypatch
):
    fill(double, 3)

    async def given_up(function, texts, *others):
        if any(b"u1@x" in text for text in texts):
            raise GivenUp
        return await apart(function, texts, *others)

    monkeypatch.setattr(reading, "apart", given_up)
    (page,), _ = await whole_round(service, calendar)
    codes = {one.id: [trouble.code for trouble in one.troubles] for one in page.objects}
    assert codes == {
        f"{CALENDAR}0.ics": [],
        f"{CALENDAR}1.ics": ["too_slow"],
        f"{CALENDAR}2.ics": [],
    }


async def test_a_text_of_many_lines_is_no_matter_for_the_event_loop(double, service, calendar):
    """Its fingerprint alone would take half a minute there."""
    double.store(f"{CALENDAR}0.ics", "A:\n" * 4_000_000)
    with pytest.raises(ServiceError, match="larger than kith takes"):
        await service.put(calendar, wanted(), f"{CALENDAR}0.ics", None)
    one = await service.get(calendar, f"{CALENDAR}0.ics", WINDOW)
    assert [trouble.code for trouble in one.troubles] == ["too_large"]


async def test_a_busy_machine_reads_the_calendar_later(double, service, calendar, monkeypatch):
    async def never_started(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(reading, "apart", never_started)
    fill(double, 1)
    with pytest.raises(Unreachable, match="too busy"):
        await service.changes(calendar, None, WINDOW)


async def test_a_private_address_is_told_so():
    way_out = WayOut(allow_private=False, tls=TLS)
    for address in ("127.0.0.1", "http://10.0.0.1/dav/", "https://localhost/"):
        service = await open_service("caldav", address, SECRETS, way_out)
        with pytest.raises(Unreachable):
            await service.calendars()


async def test_a_server_that_takes_too_long_to_show_its_calendars_is_given_up(
    double, service, monkeypatch
):
    monkeypatch.setattr(service_module, "DISCOVERY", 0.2)
    double.instead = lambda _: time.sleep(1)
    with pytest.raises(Unreachable, match=r"longer than 0\.2 seconds"):
        await service.calendars()
