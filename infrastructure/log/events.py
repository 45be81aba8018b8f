"""Rows of the log as events: the one place where a stored event is decoded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from application.entity import Recorded
from domain.streams import StreamName
from infrastructure.log.codec import decode

COLUMNS = "originator_id, originator_version, notification_id, topic, state"

Row = tuple[Any, ...]
"""The values of COLUMNS, as psycopg loads them."""

AT_ONCE = 25
"""Events decoded before the event loop runs other tasks; about a millisecond."""

BYTES_AT_ONCE = 100_000
"""Bytes of events that are decoded before it does, where they are large."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored event that can't be decoded or folded, with the reason."""

    stream: str
    position: int
    reason: str


class Halted(Exception):
    """An unreadable event that must not be skipped, so that nothing after it is handled either."""

    def __init__(self, event: Unreadable):
        super().__init__(f"event {event.position} of {event.stream}: {event.reason}")


Logged = tuple[str, Recorded | Unreadable]
"""The name of a stream, and one of its events."""


def recorded(stream: str, version: int, position: int, topic: str, state: bytes) -> Recorded:
    """The event of a row. Raises ValueError if the row can't be decoded."""
    event, envelope = decode(topic, state)
    return Recorded(StreamName.parse(stream), version, position, event, envelope)


def event_of(row: Row) -> Logged:
    """The event of a row, Unreadable whatever is wrong with it: one bad event must not hold up the
    events of other streams."""
    stream, version, position, topic, state = row
    try:
        return stream, recorded(stream, version, position, topic, state)
    except Exception as error:
        return stream, Unreadable(stream, position, f"{type(error).__name__}: {error}")


async def events_of(rows: Sequence[Row]) -> list[Logged]:
    """The events of many rows, decoded in small portions so that requests are served between."""
    return [event_of(row) async for row in paced(rows)]


async def paced(rows: Sequence[Row]) -> AsyncIterator[Row]:
    """The rows, one after the other; between portions of them the event loop runs other tasks."""
    count = size = 0
    for row in rows:
        yield row
        count, size = count + 1, size + len(row[4])
        if count == AT_ONCE or size >= BYTES_AT_ONCE:
            count = size = 0
            await asyncio.sleep(0)
