"""Calendars as services write them, and shorter ones for a single rule."""

from datetime import UTC, datetime
from pathlib import Path

from infrastructure.calendars.icalendar.reading import Read, read
from infrastructure.calendars.port import Window

WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC))
SAMPLES = {
    path.stem: path.read_bytes().replace(b"\n", b"\r\n")
    for path in sorted((Path(__file__).parent / "samples").glob("*.ics"))
}


def at(year, month, day, hour=0, minute=0, second=0):
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def calendar(*events: str, before: str = "") -> bytes:
    """A calendar with these events, each the lines between BEGIN and END."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *before.split("\n")]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().split("\n"), "END:VEVENT"]
    return "".join(f"{line.strip()}\r\n" for line in (*lines, "END:VCALENDAR") if line).encode()


def readable(text: bytes, zone: str | None = None, window: Window = WINDOW) -> Read:
    """The content of a text that gives no trouble."""
    found = read(text, window, zone)
    assert not found.troubles, found.troubles
    return found


def starts(text: bytes, zone: str | None = None) -> list[datetime]:
    return [each.start for each in readable(text, zone).occurrences]
