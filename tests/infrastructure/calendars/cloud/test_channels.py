"""Channels at Google and Microsoft, over real HTTP. Faults come with mutants."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import pytest

from infrastructure.calendars.google import channels as google
from infrastructure.calendars.microsoft import channels as microsoft
from infrastructure.calendars.port import Calendar, Refused, ServiceError, Unreachable
from infrastructure.calendars.watching import Channel, WatchingService
from tests.doubles.notices import PUBLIC
from tests.doubles.server import Reply
from tests.infrastructure.calendars.cloud.hands import Hand, Service

pytestmark = pytest.mark.anyio


class Side(NamedTuple):
    """A service that sends notices, a calendar of it, and a channel that nobody has asked for."""

    service: WatchingService
    calendar: Calendar
    channel: Channel


@pytest.fixture
def side(service: Service, calendar: Calendar) -> Side:
    assert isinstance(service, WatchingService)
    name = uuid4()
    address = PUBLIC + service.hook.format(channel=name)
    return Side(service, calendar, Channel(name, address, f"token of {name}"))


async def test_a_channel_sends_notices_until_it_is_ended(hand: Hand, side: Side):
    (service, calendar, channel), double = side, hand.double
    double.notices.late = True
    watch = await service.watch(calendar, channel)
    assert timedelta() < watch.expires_at - datetime.now(UTC) <= double.life
    double.notices.held.clear()
    event = hand.add()
    (notice,) = double.notices.held
    assert channel.token in f"{notice.headers} {notice.body}"
    await service.unwatch(channel.id, watch.resource)
    await service.unwatch(channel.id, watch.resource)
    double.notices.held.clear()
    hand.change(event, title="Dinner")
    assert double.notices.held == []


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("believed", [False, True])
async def test_a_refused_channel_leaves_its_account_alone(
    hand: Hand, side: Side, monkeypatch, status: int, believed: bool
):
    """An address that isn't verified is 401 at Google. The mutant takes it for the account's."""
    if believed:
        monkeypatch.setattr(google, "REFUSALS", ())
        monkeypatch.setattr(microsoft, "REFUSALS", ())
    for _ in range(2):
        hand.double.fail(Reply(status, {"error": {"code": status}}), lambda _: True)
    with pytest.raises(ServiceError) as raised:
        await side.service.watch(side.calendar, side.channel)
    of_the_account = believed and status == 401
    assert isinstance(raised.value, Refused) is of_the_account


NONSENSE: tuple[dict[str, object], ...] = (
    {},
    {"id": "x", "resourceId": "x"},
    {"id": 1, "resourceId": 1, "expiration": "1", "expirationDateTime": "2026-11-28T10:00:00Z"},
    {"id": "x", "resourceId": "x", "expiration": "9" * 30, "expirationDateTime": "2026-11-28"},
)


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_a_channel_without_an_end_is_no_channel(hand: Hand, side: Side, nonsense: dict):
    hand.double.fail(Reply(201, nonsense))
    with pytest.raises(Unreachable):
        await side.service.watch(side.calendar, side.channel)


async def test_a_channel_has_a_longer_life_where_its_service_gives_one(hand: Hand, side: Side):
    (service, calendar, channel), double = side, hand.double
    watch = await service.watch(calendar, channel)
    before = dict(double.channels)
    longer = await service.renewed(watch.resource)
    if hand.provider().kind == "google":
        assert longer is None
        assert double.channels == before
        return
    assert longer is not None
    assert longer.resource == watch.resource
    assert longer.expires_at >= watch.expires_at
    double.channels.clear()
    assert await service.renewed(watch.resource) is None
