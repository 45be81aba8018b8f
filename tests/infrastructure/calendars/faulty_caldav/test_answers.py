"""Answers that make no sense, or never come: a sentence for the user, within bounds."""

import time

import pytest

from infrastructure.calendars.caldav import service as service_module
from infrastructure.calendars.caldav import xml
from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import Gone, Refused, Unreachable
from infrastructure.outside.way_out import WayOut
from tests.infrastructure.calendars.double import Said, multistatus
from tests.infrastructure.calendars.faulty_caldav.given import SECRETS, TLS, answering, fill
from tests.infrastructure.calendars.texts import WINDOW

pytestmark = pytest.mark.anyio

NO_SENSE = "The server doesn't answer as CalDAV asks."


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
