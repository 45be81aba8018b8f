"""Rounds through a calendar."""

from infrastructure.calendars.port import Calendar, CalendarObject, CalendarService, Changes
from tests.infrastructure.calendars.texts import WINDOW


async def whole_round(
    service: CalendarService, calendar: Calendar, cursor: str | None = None
) -> tuple[list[Changes], str | None]:
    """All pages of a round, and the cursor after them."""
    pages: list[Changes] = []
    while not pages or pages[-1].more:
        pages.append(await service.changes(calendar, cursor, WINDOW))
        cursor = pages[-1].cursor
    return pages, cursor


def listed(pages: list[Changes]) -> dict[str | None, CalendarObject]:
    """The objects of the pages by UID; none is there twice."""
    found = [one for page in pages for one in page.objects]
    assert len({one.id for one in found}) == len(found)
    return {one.uid: one for one in found}
