"""The bodies of webhooks: structured CloudEvents, redacted as for readers without permissions.

A body is made of the log at each attempt, so that a tag that restricts its record by then hides it,
and a deletion withholds it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg_pool import AsyncConnectionPool

from application.entity import Recorded
from infrastructure.log.events import Halted
from infrastructure.log.reader import LogReader, reading
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_redaction import RestrictedEvent, restricted


class EventBodies:
    def __init__(self, pool: AsyncConnectionPool[Any], base_url: str):
        self._pool = pool
        self._base_url = base_url

    async def at(self, positions: Iterable[int]) -> dict[int, bytes]:
        """The bodies of the events at these positions, without those that can't be read. Raises
        psycopg.Error."""
        bodies = {}
        async with reading(self._pool) as log:
            async for found in log.at(positions):
                readable = [event for _, event in found if isinstance(event, Recorded)]
                for one in await _restricted(readable, log):
                    event = cloud_event(
                        one.recorded,
                        hidden=one.hidden,
                        base_url=self._base_url,
                        withheld=one.deleted,
                    )
                    bodies[one.recorded.position] = event.json()
        return bodies


async def _restricted(events: Sequence[Recorded], log: LogReader) -> list[RestrictedEvent]:
    try:
        return await restricted(events, log)
    except Halted:
        if len(events) <= 1:
            return []
        # One of them depends on an unreadable event; the others are sent.
        return [one for event in events for one in await _restricted([event], log)]
