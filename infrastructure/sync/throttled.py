"""A calendar service whose requests keep to a rate, and end in time."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

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
        return await self._asked(self._service.calendars())

    async def changes(self, calendar: Calendar, cursor: str | None, window: Window) -> Changes:
        return await self._asked(self._service.changes(calendar, cursor, window))

    async def get(
        self, calendar: Calendar, object_id: str, window: Window
    ) -> CalendarObject | None:
        return await self._asked(self._service.get(calendar, object_id, window))

    async def put(
        self, calendar: Calendar, wanted: Wanted, object_id: str | None, etag: str | None
    ) -> Put:
        return await self._asked(self._service.put(calendar, wanted, object_id, etag))

    async def delete(self, calendar: Calendar, object_id: str, etag: str | None) -> None:
        await self._asked(self._service.delete(calendar, object_id, etag))

    async def close(self) -> None:
        await self._service.close()

    async def _asked(self, answer: Awaitable[T]) -> T:
        await self._bucket.take()
        try:
            async with asyncio.timeout(LONGEST_REQUEST):
                return await answer
        except TimeoutError:
            raise Unreachable("The calendar server takes too long to answer.") from None
