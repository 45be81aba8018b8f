"""Events as webhooks are sent them: CloudEvents in structured mode, as for readers who show no
permission.

They are made of the log at each attempt, so that what a restricted tag hides by then is hidden.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncRawCursor
from psycopg_pool import AsyncConnectionPool

from infrastructure.events.cloud_events import cloud_event
from infrastructure.events.judging import SELECT_LATER, Halted, judged, wanted
from infrastructure.eventstore.reading import COLUMNS, Unreadable, recorded
from infrastructure.projecting.folding import Folder
from infrastructure.projecting.pages import SELECT_EARLIER, Read
from projections.model import Step

SELECT_ONE = f"SELECT {COLUMNS} FROM stored_events WHERE notification_id = $1"


class Teller:
    def __init__(self, pool: AsyncConnectionPool[Any], base_url: str):
        self._pool = pool
        self._base_url = base_url
        self._folder = Folder(self._earlier)

    async def body(self, position: int) -> bytes | None:
        """The event at a position, None if it can't be told. Raises psycopg.Error."""
        (item,) = await self._folder.fold(await self._read(SELECT_ONE, position)) or (None,)
        if not isinstance(item, Step):
            return None
        try:
            (told,) = await judged([item], self._later)
        except Halted:
            return None
        return cloud_event(item, hidden=told.hidden, base_url=self._base_url).json()

    async def _earlier(self, versions: Mapping[str, int]) -> list[Read]:
        return await self._read(SELECT_EARLIER, wanted(versions))

    async def _later(self, versions: Mapping[str, int]) -> list[Read]:
        return await self._read(SELECT_LATER, wanted(versions))

    async def _read(self, sql: str, parameter: object) -> list[Read]:
        async with self._pool.connection() as connection:
            cursor = AsyncRawCursor(connection)
            await cursor.execute(sql.encode(), (parameter,), prepare=True, binary=True)
            return [_decode(*row) for row in await cursor.fetchall()]


def _decode(stream: str, version: int, position: int, topic: str, state: bytes) -> Read:
    try:
        return stream, recorded(stream, version, position, topic, bytes(state))
    except Exception as error:
        return stream, Unreadable(stream, position, f"{type(error).__name__}: {error}")
