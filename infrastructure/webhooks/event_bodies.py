"""The bodies of webhooks: structured CloudEvents, redacted as for readers without permissions.

A body is made of the log at each attempt, so that a tag that restricts its record by then hides it,
and a deletion withholds it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psycopg_pool import AsyncConnectionPool

from infrastructure.log.events import Halted, Logged
from infrastructure.log.folding import Folder
from infrastructure.log.reader import reading
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_redaction import Later, RestrictedStep, restricted
from projections.read_model import Step


class EventBodies:
    def __init__(self, pool: AsyncConnectionPool[Any], base_url: str):
        self._pool = pool
        self._base_url = base_url
        self._folder = Folder()

    async def at(self, positions: Iterable[int]) -> dict[int, bytes]:
        """The bodies of the events at these positions, without those that can't be read. Raises
        psycopg.Error."""
        bodies = {}
        async with reading(self._pool) as log:
            for events in _one_of_each_stream(await log.at(positions)):
                items = await self._folder.fold(events, log.before)
                steps = [item for item in items if isinstance(item, Step)]
                for one in await _restricted(steps, log.after):
                    event = cloud_event(
                        one.step,
                        hidden=one.hidden,
                        base_url=self._base_url,
                        withheld=one.deleted,
                    )
                    bodies[one.step.recorded.position] = event.json()
        return bodies


async def _restricted(steps: Sequence[Step], later: Later) -> list[RestrictedStep]:
    try:
        return await restricted(steps, later)
    except Halted:
        if len(steps) <= 1:
            return []
        # One of them depends on an unreadable event; the others are sent.
        return [one for step in steps for one in await _restricted([step], later)]


def _one_of_each_stream(events: Iterable[Logged]) -> Iterator[list[Logged]]:
    """Groups in which no stream comes twice: two events of a stream can't be folded or restricted
    without all the events between them."""
    groups: list[dict[str, Logged]] = []
    for event in events:
        free = next((group for group in groups if event[0] not in group), None)
        if free is None:
            groups.append(free := {})
        free[event[0]] = event
    for group in groups:
        yield list(group.values())
