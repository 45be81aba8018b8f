"""Real servers, one of each kind for a module, with a calendar of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import Calendar, CalendarService
from tests.infrastructure.calendars.servers import SECRETS, Server, radicale, xandikos


@pytest.fixture(scope="module", params=[radicale, xandikos], ids=lambda start: start.__name__)
def server(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Server]:
    with request.param(tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture
async def service(server: Server) -> AsyncIterator[CalendarService]:
    one = await open_service("caldav", server.url, SECRETS, server.way_out())
    yield one
    await one.close()


@pytest.fixture
async def calendar(server: Server, service: CalendarService) -> Calendar:
    url = await server.calendar(f"c{uuid4().hex}")
    (found,) = [one for one in await service.calendars() if one.id == url]
    return found
