"""A calendar service whose requests keep to a rate, and end in time."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

from infrastructure.calendars.port import (
    Calendar,
    CalendarObject,
    CalendarService,
    Changes,
    Put,
    Unreachable,
    Wanted,
    Window,
)
from infrastructure.calendars.watching import Channel, Watch, WatchingService
from infrastructure.sync.schedule import Bucket

T = TypeVar("T")

LONGEST_REQUEST = 120.0
"""Seconds that one call of a service may take."""


class Throttled:
    """Implements CalendarService over another one."""

    def __init__(self, service: CalendarService, bucket: Bucket):
        self._service = service
        self._bucket = bucket

    async def calendars(self) -> list[Calendar]:
        return await self.asked(self._service.calendars())

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        return await self.asked(self._service.changes(calendar, cursor, window))

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        return await self.asked(self._service.get(calendar, object_id, window))

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        return await self.asked(self._service.put(calendar, wanted, object_id, etag))

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        await self.asked(self._service.delete(calendar, object_id, etag))

    @property
    def watching(self) -> WatchingService | None:
        """The service as one that sends notices; None if it sends none."""
        service = self._service
        return ThrottledWatching(service, self) if isinstance(service, WatchingService) else None

    async def close(self) -> None:
        await self._service.close()

    async def asked(self, answer: Awaitable[T]) -> T:
        """The answer to a request, which waits for its turn. Raises ServiceError."""
        await self._bucket.take()
        try:
            async with asyncio.timeout(LONGEST_REQUEST):
                return await answer
        except TimeoutError:
            raise Unreachable("The calendar server takes too long to answer.") from None


class ThrottledWatching:
    """Implements WatchingService over another one, with the same rate as its calendars."""

    def __init__(self, service: WatchingService, throttled: Throttled):
        self._service = service
        self._asked = throttled.asked
        self.hook = service.hook

    async def watch(self, calendar: Calendar, channel: Channel) -> Watch:
        return await self._asked(self._service.watch(calendar, channel))

    async def renewed(self, resource: str) -> Watch | None:
        return await self._asked(self._service.renewed(resource))

    async def unwatch(self, channel: UUID, resource: str) -> None:
        await self._asked(self._service.unwatch(channel, resource))
