"""Rounds through a calendar."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from infrastructure.calendars.port import Calendar, CalendarObject, Changes, Wanted
from tests.infrastructure.calendars.cloud.hands import BERLIN, HOUR, START, WINDOW, Service

Known = dict[str, CalendarObject]


async def pages_of(
    service: Service, calendar: Calendar, cursor: str | None = None
) -> list[Changes]:
    pages: list[Changes] = []
    while not pages or pages[-1].more:
        pages.append(await service.changes(calendar, cursor, WINDOW))
        cursor = pages[-1].cursor
    return pages


async def follow(
    service: Service, calendar: Calendar, known: Known, cursor: str | None
) -> str | None:
    """Bring what is known up to date, as the role sync does; the cursor after it."""
    seen: set[str] = set()
    pages = await pages_of(service, calendar, cursor)
    for page in pages:
        for one in page.objects:
            known[one.id] = one
            seen.add(one.id)
        for gone in page.gone:
            known.pop(gone, None)
    if pages[-1].full:
        for left in known.keys() - seen:
            del known[left]
    return pages[-1].cursor


def starts(known: Mapping[str, CalendarObject]) -> list[tuple[str | None, datetime]]:
    """Title and start of all that takes place."""
    return sorted(
        (each.title, each.start)
        for one in known.values()
        for each in one.occurrences
        if not each.cancelled
    )


def wanted(title: str | None = "Review", meeting: UUID | None = None) -> Wanted:
    meeting = meeting or uuid4()
    return Wanted(
        meeting,
        f"{meeting}@kith",
        START,
        START + HOUR,
        BERLIN,
        False,
        title,
        "Room 1",
        ("Budget", "Next steps & <dates>"),
    )
