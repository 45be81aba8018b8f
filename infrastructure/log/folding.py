"""From events in the log's order to steps: each event with its entity before and after it."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from application.entity import Entity, Recorded, advance
from infrastructure.log.pages import AT_ONCE, Read
from infrastructure.log.reader import Unreadable
from projections.read_model import Step

MOST_ENTITIES = 4_000
"""Entities kept between pages; a few kilobytes each."""

Item = Step | Unreadable

Earlier = Callable[[Mapping[str, int]], Awaitable[list[Read]]]


def position_of(item: Item) -> int:
    return item.position if isinstance(item, Unreadable) else item.recorded.position


class Folder:
    """Keeps the entities that were last gone on with; most interactions have one event and are
    never kept. What isn't at hand is read again, in one query for a page."""

    def __init__(self, earlier: Earlier, *, most: int = MOST_ENTITIES):
        self._earlier = earlier
        self._most = most
        self._kept: OrderedDict[str, Entity] = OrderedDict()

    async def fold(self, events: Sequence[Read]) -> list[Item]:
        """The steps of a page. An event that can't be read or followed comes out unreadable, and
        so does every later event of its stream."""
        entities, broken = await self._before(events)
        items: list[Item] = []
        for count, (name, event) in enumerate(events, 1):
            items.append(_item(name, event, entities, broken))
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)
        self._keep(entities)
        return items

    async def _before(self, events: Sequence[Read]) -> tuple[dict[str, Entity], dict[str, str]]:
        """The entities as they were before a page, and the streams that can't be followed."""
        entities: dict[str, Entity] = {}
        missing: dict[str, int] = {}
        for name, version in _gone_on_with(events).items():
            kept = self._kept.get(name)
            if kept is not None and kept.version == version - 1:
                entities[name] = kept
            else:
                missing[name] = version
        broken: dict[str, str] = {}
        if missing:
            for name, event in await self._earlier(missing):
                _item(name, event, entities, broken)
        return entities, broken

    def _keep(self, entities: dict[str, Entity]) -> None:
        for name, entity in entities.items():
            if entity.version > 1:
                self._kept[name] = entity
                self._kept.move_to_end(name)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _gone_on_with(events: Sequence[Read]) -> dict[str, int]:
    """The streams of a page that began before it, with their first version in it."""
    readable = [(name, event) for name, event in events if isinstance(event, Recorded)]
    first = {name: event.version for name, event in reversed(readable) if event.version > 1}
    if first:
        for name, event in readable:
            if event.version == 1:
                first.pop(name, None)
    return first


def _item(
    name: str, event: Recorded | Unreadable, entities: dict[str, Entity], broken: dict[str, str]
) -> Item:
    """The next step of a stream; what is known of the streams goes on with it."""
    if name in broken:
        return Unreadable(name, event.position, broken[name])
    try:
        if isinstance(event, Unreadable):
            raise ValueError(event.reason)
        before = entities.get(name)
        if event.version != (1 if before is None else before.version + 1):
            raise ValueError("an earlier event is missing")
        after = entities[name] = advance(before, event)
    except Exception as error:
        broken[name] = str(error)
        if not isinstance(error, ValueError):
            broken[name] = f"its aggregate can't follow it: {error!r}"
        entities.pop(name, None)
        return Unreadable(name, event.position, broken[name])
    return Step(event, before, after)
