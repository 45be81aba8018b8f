"""Calendars that are subscribed to: read whole, and only if they changed."""

import re
import ssl
from collections.abc import AsyncIterator, Iterator

import pytest

from infrastructure.calendars import subscription
from infrastructure.calendars.icalendar import subscriptions
from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import (
    CalendarService,
    Changes,
    CursorLost,
    Refused,
    ServiceError,
    Trouble,
    Unreachable,
)
from infrastructure.outside.network import trusting
from infrastructure.outside.way_out import WayOut
from tests.certificates import certificate
from tests.infrastructure.calendars.double import Asked, Double, Said, misbehaving
from tests.infrastructure.calendars.texts import START, WINDOW, event, wanted
from tests.infrastructure.outside.raw import once, sending
from tests.infrastructure.outside.raw import tls as serving

pytestmark = pytest.mark.anyio

TLS = trusting()
FEED = "/shared/team.ics"


def feed(*uids: str) -> str:
    events = (event(uid).partition("BEGIN:VEVENT")[2].partition("END:VCALENDAR")[0] for uid in uids)
    body = "".join(f"BEGIN:VEVENT{each}" for each in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Team\\, all\r\n{body}END:VCALENDAR\r\n"


@pytest.fixture
def double() -> Iterator[Double]:
    """Answers 304 to who has the ETag."""
    with misbehaving() as one:

        def unchanged(asked: Asked) -> Said | None:
            same = asked.headers.get("if-none-match") == one.etag(FEED)
            return Said(304) if same and one.etags else None

        one.store(FEED, feed("a@x", "b@x"))
        one.instead = unchanged
        yield one


async def opened(url: str, **secrets: str) -> CalendarService:
    return await open_service("ics", url, secrets, WayOut(allow_private=True, tls=TLS))


@pytest.fixture
async def service(double: Double) -> AsyncIterator[CalendarService]:
    one = await opened(double.url + FEED)
    yield one
    await one.close()


class TestSubscription:
    async def test_there_is_one_calendar_that_is_only_read(self, double, service):
        (one,) = await service.calendars()
        assert one == ("subscription", "Team, all", True, None)

    async def test_a_calendar_without_a_name_has_that_of_its_host(self, double, service):
        double.store(FEED, feed("a@x").replace("X-WR-CALNAME", "X-OTHER"))
        (one,) = await service.calendars()
        assert one.name == "127.0.0.1"

    async def test_a_round_is_the_whole(self, service):
        (calendar,) = await service.calendars()
        changes = await service.changes(calendar, None, WINDOW)
        assert (changes.full, changes.more, changes.gone) == (True, False, ())
        assert [one.id for one in changes.objects] == ["a@x", "b@x"]
        assert changes.objects[0].occurrences[0].start == START
        one = await service.get(calendar, "b@x", WINDOW)
        assert one == changes.objects[1]
        assert await service.get(calendar, "c@x", WINDOW) is None

    @pytest.mark.parametrize("etags", [True, False])
    async def test_a_text_that_hasnt_changed_is_not_taken_again(self, double, service, etags):
        double.etags = etags
        (calendar,) = await service.calendars()
        cursor = (await service.changes(calendar, None, WINDOW)).cursor
        again = await service.changes(calendar, cursor, WINDOW)
        assert again == Changes((), (), cursor, more=False, full=False)
        double.store(FEED, feed("b@x"))
        changes = await service.changes(calendar, cursor, WINDOW)
        assert (changes.full, [one.id for one in changes.objects]) == (True, ["b@x"])

    async def test_the_time_of_the_last_change_is_asked_with(self, double, service):
        (calendar,) = await service.calendars()
        when = "Wed, 25 Nov 2026 09:00:00 GMT"
        double.instead = lambda _: Said(200, feed("a@x"), (("Last-Modified", when),))
        cursor = (await service.changes(calendar, None, WINDOW)).cursor
        await service.changes(calendar, cursor, WINDOW)
        assert double.asked[-1].headers["if-modified-since"] == when

    @pytest.mark.parametrize(
        "text",
        ["", "<html>Log in</html>", feed("a@x", "b@x")[:-20], "BEGIN:VEVENT\r\nEND:VCALENDAR\r\n"],
    )
    async def test_a_text_that_is_no_calendar_deletes_nothing(self, double, service, text):
        (calendar,) = await service.calendars()
        double.store(FEED, text)
        with pytest.raises(Unreachable):
            await service.changes(calendar, None, WINDOW)

    async def test_half_a_text_that_is_taken_is_detected(self, double, service, monkeypatch):
        """The mutant: what is behind the break would be deleted."""
        monkeypatch.setattr(subscription, "_ENDED", re.compile(b""))
        (calendar,) = await service.calendars()
        text = feed("a@x", "b@x")
        double.store(FEED, text[: text.rindex("BEGIN:VEVENT")])
        changes = await service.changes(calendar, None, WINDOW)
        assert (changes.full, len(changes.objects)) == (True, 1)

    async def test_events_beyond_the_bound_are_not_gone(self, service, monkeypatch):
        parts, _ = subscriptions.split(feed("a@x", "b@x").encode())

        async def some(*_: object):
            trouble = Trouble("", None, "too_many_events", "Only 1 event is taken.")
            return subscriptions._read(parts[:1], WINDOW, None), [trouble]

        monkeypatch.setattr(subscription, "read_all_apart", some)
        (calendar,) = await service.calendars()
        changes = await service.changes(calendar, None, WINDOW)
        assert not changes.full
        assert [one.code for one in changes.objects[0].troubles] == ["too_many_events"]

    async def test_nothing_is_written(self, service):
        (calendar,) = await service.calendars()
        with pytest.raises(ServiceError, match="can't be written to"):
            await service.put(calendar, wanted(), None, None)
        with pytest.raises(ServiceError, match="can't be written to"):
            await service.delete(calendar, "a@x", None)

    async def test_a_cursor_that_is_none_of_ours_is_lost(self, service):
        (calendar,) = await service.calendars()
        with pytest.raises(CursorLost):
            await service.changes(calendar, "nonsense", WINDOW)

    async def test_a_username_and_a_password_are_sent_if_there_are_any(self, double):
        service = await opened(double.url + FEED, username="ada", password="secret")
        await service.calendars()
        assert double.asked[-1].headers["authorization"] == "Basic YWRhOnNlY3JldA=="
        double.instead = lambda _: Said(401)
        with pytest.raises(Refused):
            await service.calendars()
        await service.close()


@pytest.mark.parametrize("scheme", ["webcal://", "WebCal://", "https://", ""])
async def test_an_address_to_subscribe_to_stands_for_https(scheme: str):
    pem, key = certificate("127.0.0.1")
    body = feed("a@x").encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    way_out = WayOut(allow_private=True, tls=ssl.create_default_context(cadata=pem.decode()))
    with sending(once(answer), serving(pem, key)) as server:
        place = f"127.0.0.1:{server.port}/a.ics"
        service = await open_service("ics", f"{scheme}{place}", {}, way_out)
        (calendar,) = await service.calendars()
        await service.close()
    assert calendar.name == "Team, all"


async def opened_as(kind: str, username: str) -> CalendarService:
    way_out = WayOut(allow_private=False, tls=TLS)
    return await open_service(kind, "a.example", {"username": username}, way_out)


@pytest.mark.parametrize("kind", ["caldav", "ics"])
async def test_a_username_with_a_colon_is_refused(kind: str):
    with pytest.raises(Refused):
        await opened_as(kind, "a:b")
