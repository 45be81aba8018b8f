"""Rows of the log as events, for those who tell of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from infrastructure.log.pages import AT_ONCE, Read
from infrastructure.log.reader import Unreadable, recorded

Row = tuple[Any, ...]
"""The columns of a stored event, as psycopg gives them."""


def event_of(row: Row) -> Read:
    """Whatever is wrong with an event makes it an unreadable one."""
    stream, version, position, topic, state = row
    try:
        return stream, recorded(stream, version, position, topic, bytes(state))
    except Exception as error:
        return stream, Unreadable(stream, position, f"{type(error).__name__}: {error}")


async def events_of(rows: Sequence[Row]) -> list[Read]:
    """Many of them, a few at a time: others have their turn in between."""
    events: list[Read] = []
    for start in range(0, len(rows), AT_ONCE):
        events += map(event_of, rows[start : start + AT_ONCE])
        await asyncio.sleep(0)
    return events
