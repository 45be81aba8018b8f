"""Events that services list as JSON documents, as calendar objects."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from infrastructure.calendars.icalendar.occurrences import MOST
from infrastructure.calendars.icalendar.reading import LONGEST_TITLE
from infrastructure.calendars.port import CalendarObject, Occurrence, Trouble, Window

RAW = Mapping[str, Any]


class Stored(NamedTuple):
    """An object as the service keeps it, before it is read."""

    id: str
    title: object
    etag: str | None
    fingerprint: bytes

    def trouble(self, code: str, detail: str) -> Trouble:
        title = self.title[:LONGEST_TITLE] if isinstance(self.title, str) else None
        return Trouble(self.id, title, code, detail)

    @property
    def unreadable(self) -> Trouble:
        return self.trouble("unreadable", "The event can't be read.")


def single(stored: Stored, read: Callable[[], Occurrence], window: Window) -> CalendarObject:
    """The object of an event that doesn't recur. One that is over before the window has no
    occurrence."""
    try:
        occurrence = read()
    except (ValueError, OverflowError):  # pydantic's among them
        return CalendarObject(stored.id, None, None, stored.fingerprint, (), (stored.unreadable,))
    seen = (occurrence.ends_at or occurrence.start) >= window.since
    listed = (occurrence,) if seen else ()
    return CalendarObject(stored.id, occurrence.uid, stored.etag, stored.fingerprint, listed)


def recurring(
    stored: Stored, reads: Iterable[Callable[[], Occurrence]], window: Window
) -> CalendarObject:
    """The object of a series: the instances of a window, and those that were moved out of it."""
    found: dict[datetime, Occurrence] = {}
    troubles: list[Trouble] = []
    for read in reads:
        try:
            occurrence = read()
        except (ValueError, OverflowError):
            troubles.append(stored.unreadable)
            continue
        at = occurrence.recurrence
        if at is not None and (_within(at, window) or _within(occurrence.start, window)):
            found.setdefault(at, occurrence)
    listed = sorted(found.values(), key=lambda each: each.start)
    if len(listed) > MOST:
        detail = f"Only {MOST} occurrences of the event are taken."
        troubles.append(stored.trouble("too_many_occurrences", detail))
    return CalendarObject(
        stored.id,
        _uid(listed),
        None if troubles else stored.etag,
        stored.fingerprint,
        tuple(listed[:MOST]),
        tuple(dict.fromkeys(troubles)),
        recurring=True,
    )


def _uid(listed: Sequence[Occurrence]) -> str | None:
    return listed[0].uid if listed else None


def _within(at: datetime, window: Window) -> bool:
    return window.since <= at < window.until
