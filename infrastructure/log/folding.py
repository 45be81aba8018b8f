"""From events in the log's order to steps: each event with its entity before and after it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from application.entity import Entity, Recorded, advance
from infrastructure.log.events import AT_ONCE, Logged, Unreadable
from infrastructure.weighed import WeighedCache
from projections.read_model import Step

MOST_ENTITIES = 4_000
MOST_BYTES = 32_000_000
"""Entities cached between pages, and their bytes; the last one is kept at any rate, because its
stream would be read again for each of its events."""

Item = Step | Unreadable

Before = Callable[[Mapping[str, int]], AsyncIterator[Sequence[Logged]]]
"""The events of each stream before a version, in pages: LogReader.before."""


def position_of(item: Item) -> int:
    return item.position if isinstance(item, Unreadable) else item.recorded.position


def stream_of(item: Item) -> str:
    """The name of the item's stream."""
    return item.stream if isinstance(item, Unreadable) else str(item.recorded.stream)


def kind_of(item: Item) -> str:
    """The kind of the item's stream."""
    if isinstance(item, Unreadable):
        return item.stream.split("/")[1]
    return item.recorded.stream.kind


class Folder:
    """Folds pages, one after the other. Entities with more than one event are cached between pages;
    the others, which most interactions are, aren't. Missing entities are read in one query a page.
    """

    def __init__(self, *, most: int = MOST_ENTITIES, most_bytes: int = MOST_BYTES):
        self._cached: WeighedCache[str, Entity] = WeighedCache(most, most_bytes)

    async def fold(self, events: Sequence[Logged], before: Before) -> list[Item]:
        """The steps of a page. An event that can't be decoded or folded comes out as Unreadable,
        and so does every later event of its stream."""
        entities, broken = await self._entities(events, before)
        items: list[Item] = []
        for count, (name, event) in enumerate(events, 1):
            items.append(_item(name, event, entities, broken))
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)
        self._cache(entities)
        return items

    async def _entities(
        self, events: Sequence[Logged], before: Before
    ) -> tuple[dict[str, Entity], dict[str, str]]:
        """The entities before a page, and the reasons of streams that can't be folded."""
        entities: dict[str, Entity] = {}
        missing: dict[str, int] = {}
        for name, version in _continued(events).items():
            cached = self._cached.get(name)
            if cached is not None and cached.version == version - 1:
                entities[name] = cached
            else:
                missing[name] = version
        broken: dict[str, str] = {}
        if missing:
            async for page in before(missing):
                for name, event in page:
                    _item(name, event, entities, broken)
        return entities, broken

    def _cache(self, entities: dict[str, Entity]) -> None:
        for name, entity in entities.items():
            if entity.version > 1:
                self._cached.put(name, entity)


def _continued(events: Sequence[Logged]) -> dict[str, int]:
    """The streams that began before a page, with their first version in the page."""
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
    """The next step of a stream; `entities` and `broken` are brought up to date."""
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
