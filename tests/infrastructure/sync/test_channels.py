"""Each chosen calendar has one channel, if its service gives one. Faults come with mutants."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from infrastructure.accounts.notices import Notices
from infrastructure.calendars.port import Calendar, Refused, ServiceError, Unreachable
from infrastructure.calendars.watching import Channel, Watch, WatchingService
from infrastructure.postgres.fetch import fetching
from infrastructure.sync import channels
from infrastructure.sync.account import Chosen
from infrastructure.sync.channels import Channels
from infrastructure.sync.visit import Overtaken, Visit
from tests.infrastructure.sync.calendar_server import HOME, WORK
from tests.infrastructure.sync.desk import Desk

pytestmark = pytest.mark.anyio

URL = "https://kith.example.com"
WEEK = timedelta(days=7)


class Killed(Exception):
    """The process ends here."""


class Watched:
    """A WatchingService. `happens` is called with each channel that is asked for, and may raise;
    `renews` says whether a channel can have a longer life."""

    hook = "/hooks/x/{channel}"

    def __init__(self, *, renews: bool = False):
        self.channels: dict[UUID, tuple[Calendar, Channel]] = {}
        self.calls: list[str] = []
        self.tokens: list[str] = []
        self.renews = renews
        self.happens: Callable[[Channel], Any] | None = None

    async def watch(self, calendar: Calendar, channel: Channel) -> Watch:
        self.calls.append("watch")
        self.tokens.append(channel.token)
        if self.happens is not None:
            await self.happens(channel)
        self.channels[channel.id] = (calendar, channel)
        return Watch(f"resource-{channel.id}", datetime.now(UTC) + WEEK)

    async def renewed(self, resource: str) -> Watch | None:
        self.calls.append("renew")
        return Watch(resource, datetime.now(UTC) + WEEK) if self.renews else None

    async def unwatch(self, channel: UUID, resource: str) -> None:
        self.calls.append("unwatch")
        assert resource == f"resource-{channel}"
        self.channels.pop(channel, None)

    @property
    def watched(self) -> list[str]:
        return sorted(calendar.id for calendar, _ in self.channels.values())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """The channels of a desk's account, at one process."""

    def __init__(self, desk: Desk, url: str | None = URL, one: type[Channels] = Channels):
        self.desk = desk
        self.clock = Clock()
        self.channels = one(url, self.clock)

    async def keep(self, service: WatchingService, *calendars: Calendar) -> bool:
        return await self.channels.keep(await self.desk.begin(), service, calendars or (WORK,))

    async def rows(self) -> list[tuple[Any, ...]]:
        return await self.desk.opened.rows(
            "SELECT id, calendar, digest, resource, renew_at - now() "
            "FROM calendar_channels WHERE account = %s",
            self.desk.id,
        )

    async def make_due(self) -> None:
        async with self.desk.opened.pool.connection() as connection:
            await connection.execute("UPDATE calendar_channels SET renew_at = now()")


async def refuse(_: Channel) -> None:
    raise ServiceError("no notices of this calendar")


async def fail(_: Channel) -> None:
    raise Unreachable("a fault of its own")


async def kill(_: Channel) -> None:
    raise Killed


async def test_each_chosen_calendar_has_one_channel(desk):
    desk.calendars = (Chosen("work", True, True), Chosen("home", True, False))
    kept, service = Kept(desk), Watched()
    for _ in range(3):
        assert await kept.keep(service, WORK, HOME, Calendar("other", "Other", read_only=False))
    assert service.watched == ["home", "work"]
    assert service.calls == ["watch", "watch"]
    half = WEEK / 2
    for _, _, digest, _, renewal in await kept.rows():
        assert half - timedelta(hours=1) < renewal <= half
        assert not any(token.encode() in bytes(digest) for token in service.tokens)


async def test_a_calendar_that_isnt_chosen_any_more_has_no_channel(desk):
    desk.calendars = (Chosen("work", True, True), Chosen("home", True, False))
    kept, service = Kept(desk), Watched()
    await kept.keep(service, WORK, HOME)
    desk.calendars = (Chosen("home", True, True),)
    assert await kept.keep(service, WORK, HOME)
    assert (service.watched, len(await kept.rows())) == (["home"], 1)


async def test_nobody_is_asked_for_notices_that_couldnt_come(desk):
    service = Watched()
    await Kept(desk).keep(service)
    alone = Kept(desk, None)
    assert not await alone.keep(service)
    assert (service.channels, await alone.rows()) == ({}, [])


async def test_a_channel_of_another_address_is_replaced(desk):
    service = Watched()
    await Kept(desk).keep(service)
    moved = Kept(desk, "https://moved.example.com")
    assert await moved.keep(service)
    ((_, channel),) = service.channels.values()
    assert channel.address == f"https://moved.example.com/hooks/x/{channel.id}"
    assert len(await moved.rows()) == 1


@pytest.mark.parametrize(
    ("renews", "calls"), [(True, ["renew"]), (False, ["renew", "watch", "unwatch"])]
)
async def test_a_channel_is_renewed_at_half_its_life(desk, renews, calls):
    kept, service = Kept(desk), Watched(renews=renews)
    await kept.keep(service)
    await kept.make_due()
    service.calls.clear()
    assert await kept.keep(service)
    assert await kept.keep(service)
    assert (service.calls, service.watched, len(await kept.rows())) == (calls, ["work"], 1)


class AsksFirst(Channels):
    """The mutant: keeps a channel once its service has answered."""

    async def _make(self, visit: Visit, service: WatchingService, calendar: Calendar) -> None:
        class Unknown(Watched):
            async def watch(self, calendar: Calendar, channel: Channel) -> Watch:
                async with visit.transaction() as connection:
                    await connection.execute(channels.END, (channel.id,))
                return await service.watch(calendar, channel)

        await super()._make(visit, Unknown(), calendar)


@pytest.mark.parametrize(("mutant", "known"), [(Channels, True), (AsksFirst, False)])
async def test_a_notice_before_the_answer_finds_its_channel(desk, mutant, known):
    kept, service = Kept(desk, one=mutant), Watched()
    found: list[bool] = []

    async def notice(channel: Channel) -> None:
        notices = Notices(fetching(desk.opened.pool))
        found.append(await notices.take({channel.id: channel.token}))

    service.happens = notice
    await kept.keep(service)
    assert found == [known]


@pytest.mark.parametrize(
    ("happens", "seconds"), [(refuse, channels.REFUSED_FOR), (fail, channels.UNREACHABLE_FOR)]
)
async def test_a_calendar_without_notices_is_asked_about_again_later(desk, happens, seconds):
    kept, service = Kept(desk), Watched()
    service.happens = happens
    for _ in range(3):
        assert not await kept.keep(service)
    assert (len(service.calls), await kept.rows()) == (1, [])
    service.happens = None
    kept.clock.now = seconds
    assert await kept.keep(service)


async def test_a_refusal_of_credentials_is_left_to_the_look(desk):
    kept, service = Kept(desk), Watched()

    async def refuse_credentials(_: Channel) -> None:
        raise Refused("no consent")

    service.happens = refuse_credentials
    assert not await kept.keep(service)


async def test_a_renewal_that_fails_leaves_the_channel_as_it_was(desk):
    kept, service = Kept(desk), Watched()
    await kept.keep(service)
    await kept.make_due()
    service.happens = fail
    assert await kept.keep(service)
    assert (service.watched, len(await kept.rows())) == (["work"], 1)


async def test_a_process_that_was_killed_leaves_no_second_channel(desk):
    """Killed while it asked for a channel, and between a new channel and the end of the old one."""
    kept, service = Kept(desk), Watched()
    service.happens = kill
    with pytest.raises(Killed):
        await kept.keep(service)
    service.happens = None
    assert await kept.keep(service)
    assert len(await kept.rows()) == 1
    await kept.make_due()

    class Stops(Channels):
        async def _end(self, *_: Any) -> None:
            raise Killed

    with pytest.raises(Killed):
        await Kept(desk, one=Stops).keep(service)
    assert len(service.channels) == 2
    assert await kept.keep(service)
    assert (len(service.channels), len(await kept.rows())) == (1, 1)


async def test_a_visit_that_was_overtaken_keeps_no_channel(desk):
    kept, service = Kept(desk), Watched()

    async def overtake(_: Channel) -> None:
        await desk.begin()

    service.happens = overtake
    with pytest.raises(Overtaken):
        await kept.keep(service)
    service.happens = None
    assert await kept.keep(service)
    assert len(await kept.rows()) == 1
