"""Credentials are for one server: an address at another one is never asked."""

import pytest

from infrastructure.calendars.caldav import dav, hrefs
from infrastructure.calendars.port import Calendar, Gone, Unreachable
from tests.infrastructure.calendars.double import (
    CALENDAR,
    HOME,
    Asked,
    Said,
    href,
    misbehaving,
    multistatus,
    properties,
)
from tests.infrastructure.calendars.faulty_caldav.given import answering
from tests.infrastructure.calendars.texts import WINDOW, wanted

pytestmark = pytest.mark.anyio


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
