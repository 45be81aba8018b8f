"""The walk of a CalDAV account through what kith does with calendars."""

import pytest

from infrastructure.calendars.checking import OwnCalendars, check
from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import Calendar, ServiceError
from infrastructure.outside.way_out import WayOut
from tests.infrastructure.calendars.double import Said, misbehaving
from tests.infrastructure.calendars.servers import SECRETS, Server

pytestmark = pytest.mark.anyio


async def opened(url: str, way_out: WayOut) -> OwnCalendars:
    service = await open_service("caldav", url, SECRETS, way_out)
    assert isinstance(service, OwnCalendars)
    return service


@pytest.mark.parametrize("known", ["a host", "a principal", "a calendar"])
async def test_a_server_that_does_as_it_says_passes_every_step(
    server: Server, calendar: Calendar, known: str
):
    urls = {"a host": server.url, "a principal": server.principal, "a calendar": calendar.id}
    service = await opened(urls[known], server.way_out())
    before = await service.calendars()
    seen = [each async for each in check(service)]
    assert [each for each in seen if not each.fine] == []
    assert len(seen) == 11
    assert await service.calendars() == before
    await service.close()


async def test_a_server_that_makes_no_calendar_is_told_in_a_sentence():
    with misbehaving() as double:
        service = await opened(double.url, WayOut(allow_private=True))
        with pytest.raises(ServiceError, match="makes no calendar for this user"):
            [each async for each in check(service)]
        await service.close()
    assert not double.objects


async def test_a_calendar_that_stays_is_named():
    with misbehaving() as double:
        service = await opened(double.url, WayOut(allow_private=True))
        (office,) = await service.calendars()
        double.instead = lambda _: Said(403)
        with pytest.raises(ServiceError, match="doesn't delete the calendar 'Work'"):
            await service.drop_calendar(office)
        await service.close()
