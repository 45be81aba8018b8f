"""Redaction of events: which restricted tags hide the content of an event from its readers, and
whether its interaction was deleted, which leaves the content to auditors.

A tag that restricts a record when an event is published hides every event of that record, also
those from before the tag: a publication can't be taken back, but it isn't repeated. So does its
deletion. A meeting is hidden with the interaction that it was completed with; if that was deleted,
the meeting is still there.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from application.entity import Recorded
from domain.changes import apply
from domain.event import Event
from domain.interaction import Interaction, InteractionAmended, InteractionDeleted
from domain.meeting import Meeting, MeetingCompleted
from domain.record import Labels, Record
from domain.streams import StreamName
from infrastructure.log.events import Halted, Logged, Unreadable
from infrastructure.log.folding import Item
from projections.read_model import Step

NOTHING = frozenset[str]()

Later = Callable[[Mapping[str, int]], Awaitable[Sequence[Logged]]]
"""The events of each stream after a version: LogReader.after."""


class RestrictedStep(NamedTuple):
    """A step, and the restricted tags that hide its content. `deleted` is True if its interaction
    was deleted, which leaves its content to auditors."""

    step: Step
    restricted: frozenset[str]
    deleted: bool = False

    @property
    def hidden(self) -> bool:
        """True if the content is hidden from readers without a permission."""
        return bool(self.restricted)

    def hidden_without(self, open_tags: Collection[str]) -> bool:
        """True if the content is hidden from a reader who opened these tags."""
        return not self.restricted <= set(open_tags)


async def restricted_until_halt(
    items: Sequence[Item], last: int, later: Later
) -> tuple[list[RestrictedStep], int]:
    """The steps of a page that ends at `last`, with what restricts them, up to its first
    unreadable event, and the position reached. Raises Halted if that event is the first."""
    steps: list[Step] = []
    for item in items:
        if isinstance(item, Unreadable):
            if not steps:
                raise Halted(item)
            return await restricted(steps, later), steps[-1].recorded.position
        steps.append(item)
    return await restricted(steps, later), last


async def restricted(steps: Sequence[Step], later: Later) -> list[RestrictedStep]:
    """Steps in the log's order, each with the tags that restrict its record before it, with it or
    at any time after it, and True if that was deleted. Raises Halted."""
    names = [str(step.recorded.stream) for step in steps]
    since, deleted = await _after(names, steps, later)
    found = []
    for name, step in zip(reversed(names), reversed(steps), strict=True):
        tags = since.get(name, NOTHING)
        if isinstance(step.after.state, Interaction):
            if restricted := step.after.state.record.labels.restricted:
                tags = since[name] = tags.union(restricted)
            if step.before is not None:
                tags = tags.union(step.before.state.record.labels.restricted)
        is_content = not isinstance(step.recorded.event, InteractionDeleted)
        found.append(RestrictedStep(step, tags, is_content and name in deleted))
    return found[::-1]


async def _after(
    names: Sequence[str], steps: Sequence[Step], later: Later
) -> tuple[dict[str, frozenset[str]], set[str]]:
    """The tags that restrict interactions after the steps, and a meeting's interaction at any
    time; and the interactions that were deleted."""
    last = {
        name: step.after
        for name, step in zip(names, steps, strict=True)
        if isinstance(step.after.state, Interaction | Meeting)
    }
    events = await _read(later, {name: entity.version for name, entity in last.items()})
    states = {name: entity.state for name, entity in last.items()}
    deleted = {name for name, one in states.items() if isinstance(one, Interaction) and one.deleted}
    deleted |= {str(one.stream) for one in events if isinstance(one.event, InteractionDeleted)}
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
    return found, deleted


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
