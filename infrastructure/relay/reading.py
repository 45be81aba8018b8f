"""The log for the relay: pages in order, each event with its aggregate and whether it is hidden."""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import RawCursor

from infrastructure.log.folding import Folder
from infrastructure.log.pages import SELECT_EARLIER, SELECT_PAGE, Read
from infrastructure.log.reader import END, Unreadable
from infrastructure.publishing.event_redaction import SELECT_LATER, Halted, Told, judged, wanted
from infrastructure.publishing.rows import event_of
from projections.read_model import Step

__all__ = ["Halted", "Log", "Told"]

SELECT_HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"


class Log:
    """Reads on somebody else's connection, in one thread."""

    def __init__(self, connection: psycopg.Connection[Any], runner: asyncio.Runner):
        self._cursor = RawCursor(connection)
        self._runner = runner
        self._folder = Folder(self._earlier)

    def head(self) -> int:
        """The position of the last event, 0 for an empty log."""
        ((position,),) = self._cursor.execute(SELECT_HEAD).fetchall()
        return int(position)

    def page(self, after: int, limit: int) -> list[Told]:
        """The next events after a position, in order. Raises Halted, psycopg.Error."""
        events = self._read(SELECT_PAGE.format(limit=int(limit)), after, END)
        if not events:
            return []
        steps: list[Step] = []
        for item in self._runner.run(self._folder.fold(events)):
            if isinstance(item, Unreadable):
                if not steps:
                    raise Halted(item)
                break  # what comes before it is told
            steps.append(item)
        return self._runner.run(judged(steps, self._later))

    async def _earlier(self, versions: Mapping[str, int]) -> list[Read]:
        return self._read(SELECT_EARLIER, wanted(versions))

    async def _later(self, versions: Mapping[str, int]) -> list[Read]:
        return self._read(SELECT_LATER, wanted(versions))

    def _read(self, sql: str, *parameters: object) -> list[Read]:
        self._cursor.execute(sql.encode(), parameters, binary=True)
        return [event_of(row) for row in self._cursor.fetchall()]
