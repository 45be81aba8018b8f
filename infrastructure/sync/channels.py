"""The channels of accounts: one for each calendar, made at the first visit and renewed at half its
life.

A channel that can't be had costs no more than time: the account is looked at more often.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

from infrastructure.accounts.notices import digest
from infrastructure.calendars.port import Calendar, ServiceError, Unreachable
from infrastructure.calendars.watching import Channel, Watch, WatchingService
from infrastructure.oauth.consent import new_secret
from infrastructure.sync.visit import Visit

logger = logging.getLogger(__name__)

UNREACHABLE_FOR, REFUSED_FOR = 600.0, 24 * 3600.0
"""Seconds until a channel is asked for again, after a failure and after a refusal."""

MOST_FAILURES = 10_000
"""Calendars without a channel that a process remembers."""

# Those that last longest come first.
KNOWN = """
SELECT id, calendar, address, resource,
    coalesce(expires_at > now(), false), coalesce(renew_at <= now(), true)
FROM calendar_channels WHERE account = %s ORDER BY expires_at DESC NULLS LAST, id
"""

# Before the service is asked: its first notice may come before its answer.
BEGIN = """
INSERT INTO calendar_channels (id, account, tenant, calendar, address, digest)
VALUES (%s, %s, %s, %s, %s, %s)
"""

CONFIRM = """
UPDATE calendar_channels
SET resource = %(resource)s, expires_at = %(expires_at)s,
    renew_at = now() + (%(expires_at)s - now()) / 2
WHERE id = %(id)s
"""

END = "DELETE FROM calendar_channels WHERE id = %s"


class Known(NamedTuple):
    """A channel as it is kept; `live` is True while its service sends notices, `due` once it is to
    be renewed."""

    id: UUID
    calendar: str
    address: str
    resource: str | None
    live: bool
    due: bool


class Channels:
    """`url` is the public address of this kith, None if no service could send notices to it.
    Methods raise psycopg.Error, PoolTimeout and Overtaken."""

    def __init__(self, url: str | None, clock: Callable[[], float] = time.monotonic):
        self._url = url
        self._clock = clock
        self._not_before: dict[tuple[UUID, str], float] = {}

    async def keep(
        self, visit: Visit, service: WatchingService, calendars: Sequence[Calendar]
    ) -> bool:
        """Have a channel for each chosen calendar, and no other; True if all of them have one."""
        chosen = {each.id for each in visit.account.calendars}
        wanted = {each.id: each for each in calendars if each.id in chosen and self._url}
        kept: dict[str, Known] = {}
        rows = await visit.read(KNOWN, (visit.account.id,))
        for each in map(Known._make, rows):
            current = each.calendar in wanted and each.address == self._address(service, each.id)
            if current and each.live and each.calendar not in kept:
                kept[each.calendar] = each
            else:
                await self._end(visit, service, each)
        live = [await self._has(visit, service, wanted[one], kept.get(one)) for one in wanted]
        return bool(live) and all(live)

    async def _has(
        self, visit: Visit, service: WatchingService, calendar: Calendar, known: Known | None
    ) -> bool:
        """True if the calendar has a channel, which may just have been made or renewed."""
        if known is not None and not known.due:
            return True
        key = (visit.account.id, calendar.id)
        if self._clock() < self._not_before.get(key, 0.0):
            return known is not None
        try:
            if known is None or not await self._renewed(visit, service, known):
                await self._make(visit, service, calendar)
                if known is not None:
                    await self._end(visit, service, known)
        except ServiceError as error:
            logger.info("a calendar has no new channel: %s", error)
            self._later(key, UNREACHABLE_FOR if isinstance(error, Unreachable) else REFUSED_FOR)
            return known is not None
        self._not_before.pop(key, None)
        return True

    async def _make(self, visit: Visit, service: WatchingService, calendar: Calendar) -> None:
        account, new, token = visit.account, uuid4(), new_secret()
        channel = Channel(new, self._address(service, new), token)
        values = (new, account.id, account.tenant, calendar.id, channel.address, digest(token))
        async with visit.transaction() as connection:
            await connection.execute(BEGIN, values)
        try:
            watch = await service.watch(calendar, channel)
        except ServiceError:
            async with visit.transaction() as connection:
                await connection.execute(END, (new,))
            raise
        await self._confirm(visit, new, watch)

    async def _renewed(self, visit: Visit, service: WatchingService, known: Known) -> bool:
        assert known.resource is not None
        watch = await service.renewed(known.resource)
        if watch is not None:
            await self._confirm(visit, known.id, watch)
        return watch is not None

    async def _confirm(self, visit: Visit, id: UUID, watch: Watch) -> None:
        async with visit.transaction() as connection:
            await connection.execute(CONFIRM, {"id": id, **watch._asdict()})

    async def _end(self, visit: Visit, service: WatchingService, known: Known) -> None:
        await unwatch(service, known.id, known.resource)
        async with visit.transaction() as connection:
            await connection.execute(END, (known.id,))

    def _address(self, service: WatchingService, id: UUID) -> str:
        return f"{self._url}{service.hook.format(channel=id)}"

    def _later(self, key: tuple[UUID, str], seconds: float) -> None:
        self._not_before.pop(key, None)
        while len(self._not_before) >= MOST_FAILURES:
            del self._not_before[next(iter(self._not_before))]
        self._not_before[key] = self._clock() + seconds


async def unwatch(service: WatchingService, channel: UUID, resource: str | None) -> None:
    """End a channel at its service, if that can be done: one that is left runs out by itself."""
    if resource is None:
        return
    try:
        await service.unwatch(channel, resource)
    except ServiceError as error:
        logger.info("a channel isn't ended, and runs out: %s", error)
