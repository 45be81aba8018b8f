"""Redaction of events: which restricted tags hide the content of an event from its readers, and
whether its interaction was deleted, which leaves the content to auditors.

A tag that restricts a record when an event is published hides every event of that record, also
those from before the tag: a publication can't be taken back, but it isn't repeated. So does its
deletion. A meeting is hidden with the interaction that it was completed with; if that was deleted,
the meeting is still there.

Of a record's other events only those are read that decide this, by an index of their own: to judge
an event costs the same, however long its stream is.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from application.entity import Recorded
from domain.changes import apply
from domain.event import Event
from domain.interaction import Interaction, InteractionAmended, InteractionDeleted
from domain.meeting import Meeting, MeetingCompleted
from domain.record import Labels, Record
from domain.streams import StreamName
from infrastructure.log.events import Halted, Unreadable
from infrastructure.log.reader import LogReader

NOTHING = frozenset[str]()


class RestrictedEvent(NamedTuple):
    """An event, and the restricted tags that hide its content. `deleted` is True if its interaction
    was deleted, which leaves its content to auditors."""

    recorded: Recorded
    restricted: frozenset[str]
    deleted: bool = False

    @property
    def hidden(self) -> bool:
        """True if the content is hidden from readers without a permission."""
        return bool(self.restricted)

    def hidden_without(self, open_tags: Collection[str]) -> bool:
        """True if the content is hidden from a reader who opened these tags."""
        return not self.restricted <= set(open_tags)


class _Setting(NamedTuple):
    """The restricted tags of a record from a version on; `deleted` is True for its deletion, which
    leaves them."""

    version: int
    tags: frozenset[str]
    deleted: bool = False


async def restricted_until_halt(
    events: Sequence[Recorded | Unreadable], last: int, log: LogReader
) -> tuple[list[RestrictedEvent], int]:
    """The events of a page that ends at `last`, with what restricts them, up to its first
    unreadable event, and the position reached. Raises Halted if that event is the first."""
    readable: list[Recorded] = []
    for event in events:
        if isinstance(event, Unreadable):
            if not readable:
                raise Halted(event)
            return await restricted(readable, log), readable[-1].position
        readable.append(event)
    return await restricted(readable, log), last


async def restricted(events: Sequence[Recorded], log: LogReader) -> list[RestrictedEvent]:
    """Events, each with the tags that restrict its record before it, with it or at any time after
    it, and True if that was deleted. Raises Halted, psycopg.Error."""
    meetings = {str(e.stream) for e in events if e.stream.kind == Meeting.kind}
    logged_with = await _logged_with(meetings, log) if meetings else {}
    interactions = {str(e.stream) for e in events if e.stream.kind == Interaction.kind}
    settings = await _settings(interactions.union(logged_with.values()), log)
    return [_judged(event, settings, logged_with) for event in events]


def _judged(
    event: Recorded, settings: Mapping[str, Sequence[_Setting]], logged_with: Mapping[str, str]
) -> RestrictedEvent:
    name = str(event.stream) if settings else ""
    if name in logged_with:
        of_interaction = settings.get(logged_with[name], ())
        return RestrictedEvent(event, NOTHING.union(*(one.tags for one in of_interaction)))
    before, later, deleted = NOTHING, NOTHING, False
    for one in settings.get(name, ()):
        deleted |= one.deleted
        if one.version >= event.version:
            later |= one.tags
        elif not one.deleted:
            before = one.tags
    is_content = not isinstance(event.event, InteractionDeleted)
    return RestrictedEvent(event, before | later, is_content and deleted)


async def _logged_with(meetings: Collection[str], log: LogReader) -> dict[str, str]:
    """The stream of the interaction that each completed meeting was logged with."""
    found: dict[str, str] = {}
    async for events in log.of_type(meetings, MeetingCompleted.type):
        for name, one in events:
            completed = _read(one)
            if isinstance(completed.event, MeetingCompleted):
                identity = completed.event.interaction_id
                found[name] = str(StreamName(completed.stream.tenant, Interaction.kind, identity))
    return found


async def _settings(interactions: Collection[str], log: LogReader) -> dict[str, list[_Setting]]:
    """The settings of the restricted tags of each interaction, and its deletion, oldest first."""
    found: dict[str, list[_Setting]] = {}
    if not interactions:
        return found
    async for events in log.judging(interactions):
        for name, one in events:
            event = _read(one)
            deleted = isinstance(event.event, InteractionDeleted)
            if (tags := _set_by(event.event)) is not None or deleted:
                setting = _Setting(event.version, frozenset(tags or ()), deleted)
                found.setdefault(name, []).append(setting)
    return found


def _read(event: Recorded | Unreadable) -> Recorded:
    if isinstance(event, Unreadable):
        raise Halted(event)
    return event


def _set_by(event: Event) -> tuple[str, ...] | None:
    """The restricted tags that an interaction has from this event on, None if they stay."""
    if isinstance(event, InteractionAmended):
        change = event.changes.get("labels.restricted")
        return None if change is None else apply(Labels(), {"restricted": change}).restricted
    record = getattr(event, "record", None)
    return record.labels.restricted if isinstance(record, Record) else None
