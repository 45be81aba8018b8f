"""The text of a calendar feed is written in turns with whatever else the event loop has to do."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from infrastructure.calendars.icalendar import publishing
from infrastructure.calendars.icalendar.publishing import LINES, published
from projections.calendar_feeds.model import FedMeeting

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MEETINGS = [FedMeeting("5", UUID(int=n), NOON, False, "Room 5", NOON) for n in range(500)]


async def turns() -> int:
    """How often another task has its turn while the meetings are written."""
    taken = 0

    async def take() -> None:
        nonlocal taken
        while True:
            taken += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(take())
    text = await published(MEETINGS)
    other.cancel()
    assert text.count(b"BEGIN:VEVENT") == len(MEETINGS)
    return taken


async def test_others_have_a_turn_after_so_many_lines():
    assert await turns() >= len(MEETINGS) // LINES


async def test_a_mutant_that_writes_all_lines_at_once_leaves_no_turn(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(publishing, "LINES", 1 << 60)
    assert await turns() == 0
