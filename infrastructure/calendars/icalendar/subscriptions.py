"""A whole calendar in one text, such as a subscription, as its calendar objects."""

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from infrastructure.calendars.icalendar.apart import GivenUp, apart, read_apart
from infrastructure.calendars.icalendar.components import Component, parsed
from infrastructure.calendars.icalendar.fingerprint import fingerprint
from infrastructure.calendars.icalendar.lines import line
from infrastructure.calendars.icalendar.reading import Read, read, uid_of
from infrastructure.calendars.port import Trouble, Window

LARGEST = 16 * 1024 * 1024
"""Bytes of a calendar in one text."""

MOST = 20_000
"""Calendar objects of such a text."""

SPLITTING = 20.0
"""Seconds of the processor in which a text is taken apart."""

TOGETHER, SECONDS_TOGETHER = 50, 5.0
"""Objects that are read at once, and the time for all of them; if that isn't enough, each is read
alone."""

TZID = re.compile(r';TZID="?([^":;]+)')


class Each(NamedTuple):
    """An object of the calendar. `text` is a calendar of its own, with the time zones it needs."""

    uid: str
    text: bytes
    fingerprint: bytes
    read: Read


def read_all(text: bytes, window: Window, zone: str | None) -> tuple[list[Each], list[Trouble]]:
    """Every calendar object of a text, and what couldn't be taken of the text as a whole. Raises
    nothing."""
    parts, troubles = split(text)
    return _read(parts, window, zone), troubles


async def read_all_apart(
    text: bytes, window: Window, zone: str | None
) -> tuple[list[Each], list[Trouble]]:
    """`read_all` with a bound to its time, as `read_apart`."""
    try:
        parts, troubles = await apart(split, text, seconds=SPLITTING)
    except GivenUp:
        return [], [Trouble("", None, "too_slow", "The calendar takes too long to read.")]
    found: list[Each] = []
    for start in range(0, len(parts), TOGETHER):
        batch = parts[start : start + TOGETHER]
        try:
            found += await apart(_read, batch, window, zone, seconds=SECONDS_TOGETHER)
        except GivenUp:
            found += [await _read_one(uid, part, window, zone) for uid, part in batch]
    return found, troubles


Part = tuple[str, bytes]
"""A UID, and the text of its object."""


def _read(parts: Sequence[Part], window: Window, zone: str | None) -> list[Each]:
    return [Each(uid, part, fingerprint(part), read(part, window, zone)) for uid, part in parts]


async def _read_one(uid: str, part: bytes, window: Window, zone: str | None) -> Each:
    found = await read_apart(part, window, zone)
    troubles = tuple(each._replace(item=each.item or uid) for each in found.troubles)
    # A fingerprint takes as long as the text is made to take: out of this process, or not at all.
    digest = sha256(part).digest()
    return Each(uid, part, digest, found._replace(uid=uid, troubles=troubles))


def split(text: bytes) -> tuple[list[Part], list[Trouble]]:
    """The texts of the calendar objects, in their order."""
    if len(text) > LARGEST:
        detail = f"The calendar is larger than {LARGEST // 1024 // 1024} MB."
        return [], [Trouble("", None, "too_large", detail)]
    root = parsed(text)
    if next(root.within("VCALENDAR"), None) is None:
        return [], [Trouble("", None, "unreadable", "The text is no calendar.")]
    objects: dict[str, list[Component]] = {}
    for each in root.within("VEVENT"):
        objects.setdefault(uid_of(each), []).append(each)
    troubles = []
    if len(objects) > MOST:
        detail = f"Only {MOST} events of the calendar are taken; it has {len(objects)}."
        troubles.append(Trouble("", None, "too_many_events", detail))
    said = _said(root)
    zones = {_tzid(each): each.raw for each in root.within("VTIMEZONE")}
    parts = [(uid, b"".join(_calendar(said, zones, objects[uid]))) for uid in list(objects)[:MOST]]
    return parts, troubles


def _said(root: Component) -> bytes:
    """The properties of the calendar that say how its events are to be read."""
    calendars = root.within("VCALENDAR")
    return b"".join(
        line(each.text).raw
        for calendar in calendars
        for each in calendar.lines("METHOD", "X-WR-TIMEZONE")
    )


def _tzid(vtimezone: Component) -> str:
    stated = vtimezone.line("TZID")
    return stated.value if stated else ""


def _calendar(said: bytes, zones: dict[str, bytes], events: Iterable[Component]) -> Iterator[bytes]:
    yield b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + said
    texts = [each.raw for each in events]
    named = {tzid for each in events for tzid in _zones(each)}
    yield from (zones[tzid] for tzid in sorted(named) if tzid in zones)
    for text in texts:
        yield text if text.endswith(b"\n") else text + b"\r\n"
    yield b"END:VCALENDAR\r\n"


def _zones(component: Component) -> Iterator[str]:
    for each in component.lines():
        if found := TZID.search(each.text.partition(":")[0] + ":"):
            yield found[1]
