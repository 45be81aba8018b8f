"""Channels of Google Calendar: requests for notices of one calendar, and their end."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from infrastructure.calendars.google.requests import events_path
from infrastructure.calendars.port import Calendar, ServiceError
from infrastructure.calendars.rest import FORBIDDEN, GONE, NOT_FOUND, UNAUTHORIZED, Api
from infrastructure.calendars.watching import Channel, Watch

TTL = 7 * 24 * 3600
"""Seconds for which a channel is asked for; Google decides, and a week is what it gives by
itself."""

REFUSALS = (400, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, GONE)
"""Statuses that tell of the channel, and not of the account: an address whose domain isn't verified
is 401, a calendar of holidays 400."""


class GoogleChannels:
    """Methods raise ServiceError."""

    def __init__(self, api: Api):
        self._api = api

    async def watch(self, calendar: Calendar, channel: Channel) -> Watch:
        body = {
            "id": str(channel.id),
            "type": "web_hook",
            "address": channel.address,
            "token": channel.token,
            "params": {"ttl": str(TTL)},
        }
        path = f"{events_path(calendar)}/watch"
        reply = await self._api.ask("POST", path, body=body, answers=REFUSALS)
        if reply.status in REFUSALS:
            raise ServiceError(f"Google sends no notices of this calendar ({reply.status}).")
        return self._watch(reply.document)

    async def stop(self, channel: UUID, resource: str) -> None:
        body = {"id": str(channel), "resourceId": resource}
        await self._api.ask("POST", "/channels/stop", body=body, answers=(NOT_FOUND, GONE))

    def _watch(self, document: dict[str, Any]) -> Watch:
        resource, milliseconds = document.get("resourceId"), document.get("expiration")
        try:
            expires_at = datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            raise self._api.nonsense() from None
        if not isinstance(resource, str):
            raise self._api.nonsense()
        return Watch(resource, expires_at)
