"""The port of services that tell when a calendar has changed."""

from datetime import datetime
from typing import NamedTuple, Protocol, runtime_checkable
from uuid import UUID

from infrastructure.calendars.port import Calendar


class Channel(NamedTuple):
    """The way of a service's notices of one calendar: they are sent to `address`, and bring the
    token."""

    id: UUID
    address: str
    token: str


class Watch(NamedTuple):
    """`resource` is the service's own word for what it watches. Notices end at `expires_at`, in
    UTC."""

    resource: str
    expires_at: datetime


@runtime_checkable
class WatchingService(Protocol):
    """A CalendarService that sends notices. Every method raises ServiceError."""

    hook: str
    """The path below this kith's public address that takes the service's notices; `{channel}`
    stands for the id of the channel, if there is a path for each."""

    async def watch(self, calendar: Calendar, channel: Channel) -> Watch: ...

    async def renewed(self, resource: str) -> Watch | None:
        """A longer life of what is watched; None if it has to be watched anew."""

    async def unwatch(self, channel: UUID, resource: str) -> None:
        """End the notices of a channel; one that has ended already is done."""
