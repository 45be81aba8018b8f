"""The log for the relay: pages in order, each event with its aggregate and whether it is hidden.

Whatever a restricted tag hides when the page is read is hidden in every event the page has of it,
also in those from before the tag: what was told before it can't be taken back, and what is sent
again, or to a new topic, shall not tell it anew.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import RawCursor
from pydantic_core import to_json

from application.entity import Recorded
from domain.changes import apply
from domain.interaction import Interaction, InteractionAmended
from domain.meeting import Meeting, MeetingCompleted
from domain.record import Labels, Record
from domain.streams import StreamName
from infrastructure.eventstore.reading import COLUMNS, Unreadable, recorded
from infrastructure.projecting.folding import Folder
from infrastructure.projecting.pages import END, SELECT_EARLIER, SELECT_PAGE, Read
from projections.model import Step

SELECT_LATER = f"""
SELECT {COLUMNS} FROM stored_events
JOIN json_to_recordset($1::json) AS w(stream text, version bigint)
    ON originator_id = w.stream AND originator_version > w.version
ORDER BY originator_id, originator_version
"""

SELECT_HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"


class Halted(Exception):
    """An event that can't be told. Nothing is skipped, so nothing after it is told either."""


class Told(NamedTuple):
    step: Step
    hidden: bool


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
                    raise Halted(f"event {item.position} of {item.stream}: {item.reason}")
                break  # what comes before it is told
            steps.append(item)
        return self._judged(steps)

    def _judged(self, steps: Sequence[Step]) -> list[Told]:
        """Each step with whether it is hidden: by a tag before it, with it or after it."""
        since = self._restricted_later(steps)
        told = []
        for step in reversed(steps):
            hidden = False
            match step.after.state:
                case Interaction() as after:
                    name = str(step.recorded.stream)
                    if after.record.labels.restricted:
                        since.add(name)
                    before = step.before and step.before.state.record.labels.restricted
                    hidden = name in since or bool(before)
                case Meeting():
                    hidden = str(step.recorded.stream) in since
            told.append(Told(step, hidden))
        return told[::-1]

    def _restricted_later(self, steps: Sequence[Step]) -> set[str]:
        """Interactions of a page that are restricted after it, and meetings whose interaction is
        or was restricted at any time."""
        last = {
            str(step.recorded.stream): step.after
            for step in steps
            if step.recorded.stream.kind in (Interaction.kind, Meeting.kind)
        }
        later = self._later({name: entity.version for name, entity in last.items()})
        meetings: dict[str, str] = {}
        for name, entity in last.items():
            if isinstance(entity.state, Meeting) and entity.state.interaction_id:
                meetings[name] = _interaction(entity.stream, entity.state.interaction_id)
        for event in later:
            if isinstance(event.event, MeetingCompleted):
                logged = _interaction(event.stream, event.event.interaction_id)
                meetings[str(event.stream)] = logged
        if meetings:
            later += self._later(dict.fromkeys(meetings.values(), 0))
        restricted = {str(event.stream) for event in later if _restricts(event)}
        return restricted | {name for name, logged in meetings.items() if logged in restricted}

    def _later(self, versions: Mapping[str, int]) -> list[Recorded]:
        if not versions:
            return []
        found = []
        for name, event in self._read(SELECT_LATER, _wanted(versions)):
            if isinstance(event, Unreadable):
                raise Halted(f"event {event.position} of {name}: {event.reason}")
            found.append(event)
        return found

    async def _earlier(self, versions: Mapping[str, int]) -> list[Read]:
        return self._read(SELECT_EARLIER, _wanted(versions))

    def _read(self, sql: str, *parameters: object) -> list[Read]:
        self._cursor.execute(sql.encode(), parameters, binary=True)
        return [_decode(*row) for row in self._cursor.fetchall()]


def _wanted(versions: Mapping[str, int]) -> str:
    wanted = [{"stream": name, "version": version} for name, version in versions.items()]
    return to_json(wanted).decode()


def _decode(stream: str, version: int, position: int, topic: str, state: bytes) -> Read:
    try:
        return stream, recorded(stream, version, position, topic, bytes(state))
    except Exception as error:
        return stream, Unreadable(stream, position, f"{type(error).__name__}: {error}")


def _interaction(meeting: StreamName, interaction_id: UUID) -> str:
    return str(StreamName(meeting.tenant, Interaction.kind, interaction_id))


def _restricts(recorded: Recorded) -> bool:
    """Whether the interaction is restricted by this event."""
    event = recorded.event
    if isinstance(event, InteractionAmended):
        labels = {
            path.removeprefix("labels."): change
            for path, change in event.changes.items()
            if path.startswith("labels.")
        }
        return bool(apply(Labels(), labels).restricted)
    record = getattr(event, "record", None)
    return isinstance(record, Record) and bool(record.labels.restricted)
