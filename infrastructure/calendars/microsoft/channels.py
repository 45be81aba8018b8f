"""Channels of Microsoft Graph, which are subscriptions: made, given a longer life, and ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

from infrastructure.calendars.microsoft.requests import events_path
from infrastructure.calendars.port import Calendar, ServiceError
from infrastructure.calendars.rest import (
    CONFLICT,
    FORBIDDEN,
    GONE,
    NO_LONGER_THERE,
    NOT_FOUND,
    UNAUTHORIZED,
    Api,
    segment,
)
from infrastructure.calendars.watching import Channel, Watch

LIFE = timedelta(minutes=4_200)
"""For which a subscription is asked for: Microsoft gives events 4,230 minutes, and refuses what is
too long."""

REFUSALS = (400, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE)
"""Statuses that tell of the subscription, and not of the account: a hook that Microsoft can't reach
is 400."""

PATH = "/subscriptions"


class GraphChannels:
    """Methods raise ServiceError."""

    def __init__(self, api: Api):
        self._api = api

    async def watch(self, calendar: Calendar, channel: Channel) -> Watch:
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": channel.address,
            "resource": events_path(calendar).removeprefix("/"),
            "expirationDateTime": _end(),
            "clientState": f"{channel.id}.{channel.token}",
        }
        reply = await self._api.ask("POST", PATH, body=body, answers=REFUSALS)
        if reply.status in REFUSALS:
            raise ServiceError(f"Microsoft sends no notices of this calendar ({reply.status}).")
        return self._watch(reply.document)

    async def renewed(self, resource: str) -> Watch | None:
        body = {"expirationDateTime": _end()}
        reply = await self._api.ask("PATCH", _path(resource), body=body, answers=NO_LONGER_THERE)
        return self._watch(reply.document) if reply.found else None

    async def stop(self, resource: str) -> None:
        await self._api.ask("DELETE", _path(resource), answers=NO_LONGER_THERE)

    def _watch(self, document: dict[str, Any]) -> Watch:
        resource = document.get("id")
        try:
            expires_at = datetime.fromisoformat(str(document.get("expirationDateTime")))
        except ValueError:
            raise self._api.nonsense() from None
        if not isinstance(resource, str) or expires_at.tzinfo is None:
            raise self._api.nonsense()
        return Watch(resource, expires_at.astimezone(UTC))


def _path(resource: str) -> str:
    return f"{PATH}/{segment(resource)}"


def _end() -> str:
    return (datetime.now(UTC) + LIFE).strftime("%Y-%m-%dT%H:%M:%SZ")
