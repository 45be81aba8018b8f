"""The fingerprint of a calendar object, by which a change is told from an echo."""

from collections.abc import Iterator
from hashlib import sha256

from icalendar.parser import Contentline, Parameters

from infrastructure.calendars.icalendar.components import Component, parsed
from infrastructure.calendars.icalendar.lines import Line

ADDED = frozenset({"DTSTAMP", "PRODID", "CREATED", "LAST-MODIFIED"})
"""Properties that services write by themselves, as they do those that begin with X-."""

STATUS = "SCHEDULE-"
"""Parameters of attendees by which a server tells what it has delivered (RFC 6638)."""


def fingerprint(text: bytes) -> bytes:
    """SHA-256 over every component: one of the first event alone would miss an occurrence that
    moved. The order of components, properties and parameters, and how lines are folded, don't
    count. Raises nothing."""
    calendars = parsed(text).within("VCALENDAR")
    parts = sorted(_digest(each) for calendar in calendars for each in calendar.components())
    return sha256(b"".join(parts)).digest()


def _digest(component: Component) -> bytes:
    stated = sorted(each for line in component.lines() if (each := _stated(line)))
    inner = sorted(_digest(each) for each in component.components())
    whole = "\n".join((component.name, *stated)).encode("utf-8", "replace")
    return sha256(whole + b"".join(inner)).digest()


def _stated(line: Line) -> str:
    """The line in one form; empty for one that services add."""
    if not line.name or line.name in ADDED or line.name.startswith("X-"):
        return ""
    try:
        _, parameters, value = Contentline(line.text).raw_parts()
    except (ValueError, AssertionError):
        return line.text
    return "".join((line.name, *_told(parameters), ":", value.strip()))


def _told(parameters: Parameters) -> Iterator[str]:
    for name, value in sorted(parameters.items()):
        if not name.startswith(("X-", STATUS)):
            values = value if isinstance(value, list) else [value]
            yield f";{name}={','.join(map(str, values))}"
