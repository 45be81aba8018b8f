"""Texts of calendar objects for tests."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from infrastructure.calendars.port import Wanted, Window

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
WINDOW = Window(START - timedelta(days=30), START + timedelta(days=90))


def event(uid: str, title: str = "Lunch", start: datetime = START) -> str:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//elsewhere//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{title}",
        "X-COLOUR:blue",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines)


def wanted(title: str = "Review", meeting: UUID | None = None) -> Wanted:
    meeting = meeting or uuid4()
    return Wanted(
        meeting, f"{meeting}@kith", START, START + timedelta(hours=1), "Europe/Berlin",
        whole_day=False, title=title, place="Room 1", agenda=("One",),
    )  # fmt: skip
