"""What restricted tags hide of events, for everybody who is told of them.

Whatever a restricted tag hides when an event is told is hidden in every event of that record, also
in those from before the tag: what was told before it can't be taken back, and what is told again
shall not tell it anew. A meeting is hidden with the interaction that it was completed with.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json

from application.entity import Recorded
from domain.changes import apply
from domain.interaction import Interaction, InteractionAmended
from domain.meeting import Meeting, MeetingCompleted
from domain.record import Labels, Record
from domain.streams import StreamName
from infrastructure.eventstore.reading import COLUMNS, Unreadable
from infrastructure.projecting.pages import Read
from projections.model import Step

SELECT_LATER = f"""
SELECT {COLUMNS} FROM stored_events
JOIN json_to_recordset($1::json) AS w(stream text, version bigint)
    ON originator_id = w.stream AND originator_version > w.version
ORDER BY originator_id, originator_version
"""

Later = Callable[[Mapping[str, int]], Awaitable[Sequence[Read]]]
"""The events of each stream after a version: what `SELECT_LATER` finds for `wanted`."""


class Halted(Exception):
    """An event that can't be told. Nothing is skipped, so nothing after it is told either."""

    def __init__(self, event: Unreadable):
        super().__init__(f"event {event.position} of {event.stream}: {event.reason}")


class Told(NamedTuple):
    """A step, and the restricted tags that hide its content."""

    step: Step
    restricted: frozenset[str]

    @property
    def hidden(self) -> bool:
        """Whether it is hidden from those who show no permission."""
        return bool(self.restricted)

    def hidden_without(self, open_tags: Collection[str]) -> bool:
        """Whether it is hidden from a reader who opened these tags."""
        return not self.restricted <= set(open_tags)


def wanted(versions: Mapping[str, int]) -> str:
    """Streams and versions as the statements take them."""
    return to_json([{"stream": name, "version": v} for name, v in versions.items()]).decode()


async def judged(steps: Sequence[Step], later: Later) -> list[Told]:
    """Each of the steps, which are in the log's order, with what hides it: the tags that were on
    its record before it, with it or at any time after it. Raises Halted."""
    since = await _after(steps, later)
    told = []
    for step in reversed(steps):
        name, tags = str(step.recorded.stream), frozenset[str]()
        match step.after.state:
            case Interaction() as state:
                since[name] |= set(state.record.labels.restricted)
                before = step.before.state.record.labels.restricted if step.before else ()
                tags = frozenset(since[name].union(before))
            case Meeting():
                tags = frozenset(since[name])
        told.append(Told(step, tags))
    return told[::-1]


async def _after(steps: Sequence[Step], later: Later) -> dict[str, set[str]]:
    """The tags that come upon interactions after the steps, and those that were on a meeting's
    interaction at any time."""
    last = {
        str(step.recorded.stream): step.after
        for step in steps
        if step.recorded.stream.kind in (Interaction.kind, Meeting.kind)
    }
    events = await _read(later, {name: entity.version for name, entity in last.items()})
    logged_with: dict[str, str] = {}
    for name, entity in last.items():
        if isinstance(entity.state, Meeting) and entity.state.interaction_id:
            logged_with[name] = _interaction(entity.stream, entity.state.interaction_id)
    for event in events:
        if isinstance(event.event, MeetingCompleted):
            logged = _interaction(event.stream, event.event.interaction_id)
            logged_with[str(event.stream)] = logged
    whole = defaultdict[str, set[str]](set)
    for event in await _read(later, dict.fromkeys(logged_with.values(), 0)):
        whole[str(event.stream)].update(_restricted_by(event))
    found = defaultdict[str, set[str]](set)
    for event in events:
        found[str(event.stream)].update(_restricted_by(event))
    for name, logged in logged_with.items():
        found[name] |= whole[logged]
    return found


async def _read(later: Later, versions: Mapping[str, int]) -> list[Recorded]:
    found = []
    for _, event in await later(versions) if versions else ():
        if isinstance(event, Unreadable):
            raise Halted(event)
        found.append(event)
    return found


def _interaction(meeting: StreamName, interaction_id: UUID) -> str:
    return str(StreamName(meeting.tenant, Interaction.kind, interaction_id))


def _restricted_by(recorded: Recorded) -> tuple[str, ...]:
    """The tags that an interaction is restricted by from this event on."""
    event = recorded.event
    if isinstance(event, InteractionAmended):
        labels = {
            path.removeprefix("labels."): change
            for path, change in event.changes.items()
            if path.startswith("labels.")
        }
        return apply(Labels(), labels).restricted
    record = getattr(event, "record", None)
    return record.labels.restricted if isinstance(record, Record) else ()
