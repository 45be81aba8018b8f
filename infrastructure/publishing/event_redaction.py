"""What restricted tags hide of events, for everybody who is told of them.

Whatever a restricted tag hides when an event is told is hidden in every event of that record, also
in those from before the tag: what was told before it can't be taken back, and what is told again
shall not tell it anew. A meeting is hidden with the interaction that it was completed with.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json

from application.entity import Recorded
from domain.changes import apply
from domain.event import Event
from domain.interaction import Interaction, InteractionAmended
from domain.meeting import Meeting, MeetingCompleted
from domain.record import Labels, Record
from domain.streams import StreamName
from infrastructure.log.pages import Read
from infrastructure.log.reader import COLUMNS, Unreadable
from projections.read_model import Step

NOTHING = frozenset[str]()

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
    names = [str(step.recorded.stream) for step in steps]
    since = await _after(names, steps, later)
    told = []
    for name, step in zip(reversed(names), reversed(steps), strict=True):
        tags = since.get(name, NOTHING)
        if isinstance(step.after.state, Interaction):
            if restricted := step.after.state.record.labels.restricted:
                tags = since[name] = tags.union(restricted)
            if step.before is not None:
                tags = tags.union(step.before.state.record.labels.restricted)
        told.append(Told(step, tags))
    return told[::-1]


async def _after(
    names: Sequence[str], steps: Sequence[Step], later: Later
) -> dict[str, frozenset[str]]:
    """The tags that come upon interactions after the steps, and those that were on a meeting's
    interaction at any time."""
    last = {
        name: step.after
        for name, step in zip(names, steps, strict=True)
        if isinstance(step.after.state, Interaction | Meeting)
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
    found = _restricted_by(events)
    whole = _restricted_by(await _read(later, dict.fromkeys(logged_with.values(), 0)))
    for name, logged in logged_with.items():
        found[name] = whole.get(logged, NOTHING)
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


def _restricted_by(events: Sequence[Recorded]) -> dict[str, frozenset[str]]:
    """The tags that these events put on each interaction."""
    found: dict[str, frozenset[str]] = {}
    for recorded in events:
        if tags := _restricted_from(recorded.event):
            name = str(recorded.stream)
            found[name] = found.get(name, NOTHING).union(tags)
    return found


def _restricted_from(event: Event) -> tuple[str, ...]:
    """The tags that an interaction is restricted by from this event on."""
    if isinstance(event, InteractionAmended):
        labels = {
            path.removeprefix("labels."): change
            for path, change in event.changes.items()
            if path.startswith("labels.")
        }
        return apply(Labels(), labels).restricted
    record = getattr(event, "record", None)
    return record.labels.restricted if isinstance(record, Record) else ()
