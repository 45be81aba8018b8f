"""Events as webhooks are sent them: CloudEvents in structured mode, as for readers who show no
permission.

They are made of the log at each attempt, so that what a restricted tag hides by then is hidden.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from psycopg import AsyncRawCursor
from psycopg_pool import AsyncConnectionPool

from infrastructure.log.folding import Folder
from infrastructure.log.pages import SELECT_EARLIER, Read
from infrastructure.log.reader import COLUMNS
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_redaction import SELECT_LATER, Halted, Told, judged, wanted
from infrastructure.publishing.rows import events_of
from projections.read_model import Step

SELECT_SOME = f"""
SELECT {COLUMNS} FROM stored_events WHERE notification_id = ANY($1::bigint[])
ORDER BY notification_id
"""


class Teller:
    def __init__(self, pool: AsyncConnectionPool[Any], base_url: str):
        self._pool = pool
        self._base_url = base_url
        self._folder = Folder(self._earlier)

    async def bodies(self, positions: Iterable[int]) -> dict[int, bytes]:
        """The events at these positions; one that can't be told is left out. Raises
        psycopg.Error."""
        found = await self._read(SELECT_SOME, sorted(set(positions)))
        bodies = {}
        for events in _one_of_each_stream(found):
            items = await self._folder.fold(events)
            for told in await self._judged([item for item in items if isinstance(item, Step)]):
                event = cloud_event(told.step, hidden=told.hidden, base_url=self._base_url)
                bodies[told.step.recorded.position] = event.json()
        return bodies

    async def _judged(self, steps: Sequence[Step]) -> list[Told]:
        try:
            return await judged(steps, self._later)
        except Halted:
            if len(steps) <= 1:
                return []
            # One of them can't be told; that is no affair of the others.
            return [told for step in steps for told in await self._judged([step])]

    async def _earlier(self, versions: Mapping[str, int]) -> list[Read]:
        return await self._read(SELECT_EARLIER, wanted(versions))

    async def _later(self, versions: Mapping[str, int]) -> list[Read]:
        return await self._read(SELECT_LATER, wanted(versions))

    async def _read(self, sql: str, parameter: object) -> list[Read]:
        async with self._pool.connection() as connection:
            cursor = AsyncRawCursor(connection)
            await cursor.execute(sql.encode(), (parameter,), prepare=True, binary=True)
            return await events_of(await cursor.fetchall())


def _one_of_each_stream(events: Iterable[Read]) -> Iterator[list[Read]]:
    """Groups in which no stream comes twice: folding and judging several events of a stream needs
    all that lie between them."""
    groups: list[dict[str, Read]] = []
    for event in events:
        free = next((group for group in groups if event[0] not in group), None)
        if free is None:
            groups.append(free := {})
        free[event[0]] = event
    for group in groups:
        yield list(group.values())
