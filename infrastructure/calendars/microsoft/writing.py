"""Meetings as events of Graph: what is created, and what is patched into an event that is there.

Neither has attendees, ever. Graph tells the guests of an event about each change of it, and nobody
can ask it not to: an event with guests isn't written to.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from infrastructure.calendars.html_agenda import has_agenda, html_with_agenda
from infrastructure.calendars.icalendar.agenda import with_agenda
from infrastructure.calendars.icalendar.properties import begin_of, end_of
from infrastructure.calendars.icalendar.zones import iana_name
from infrastructure.calendars.microsoft.events import HTML, Body, Event
from infrastructure.calendars.microsoft.zones import windows_name
from infrastructure.calendars.port import Wanted

MEETING = "String {5f0a4b52-6c0b-4a5e-9b8e-6b6974680001} Name kithMeeting"
"""The extended property by which a meeting's event is found."""


def transaction(meeting: UUID, attempt: int) -> str:
    """The id of a creation. Graph creates nothing twice under one, even if it was deleted since."""
    return f"kith-{meeting}-{attempt}"


def created(wanted: Wanted, attempt: int) -> dict[str, Any]:
    return {
        "subject": wanted.title or "",
        "transactionId": transaction(wanted.meeting, attempt),
        "singleValueExtendedProperties": [{"id": MEETING, "value": str(wanted.meeting)}],
        **_times(wanted),
        **({"location": {"displayName": wanted.place}} if wanted.place else {}),
        **({"body": _text(with_agenda("", wanted.agenda))} if wanted.agenda else {}),
    }


def patch(event: Event, wanted: Wanted) -> dict[str, Any]:
    """The fields in which the event differs from what is wanted; of these, what kith doesn't know
    stays."""
    changed: dict[str, Any] = {}
    if not _same_time(event, wanted):
        changed.update(_times(wanted))
    if (event.subject or None) != wanted.title:
        changed["subject"] = wanted.title or ""
    if ((event.location and event.location.display_name) or None) != wanted.place:
        changed["location"] = {"displayName": wanted.place or ""}
    body = event.body or Body()
    before = body.content or ""
    if not has_agenda(before, wanted.agenda):
        if body.content_type == HTML:
            html = html_with_agenda(before, wanted.agenda)
            changed["body"] = {"contentType": HTML, "content": html}
        else:
            changed["body"] = _text(with_agenda(before, wanted.agenda))
    return changed


def _same_time(event: Event, wanted: Wanted) -> bool:
    return (
        event.whole_day == wanted.whole_day
        and event.begins == begin_of(wanted)
        and event.ends == end_of(wanted)
        and (wanted.whole_day or wanted.zone in (None, event.zone, _kept(event.zone, wanted)))
    )


def _kept(zone: str | None, wanted: Wanted) -> str | None:
    """The zone that is wanted, if Graph keeps it as this one."""
    return wanted.zone if iana_name(_windows(wanted) or "UTC") == zone else None


def _windows(wanted: Wanted) -> str | None:
    return windows_name(wanted.zone, wanted.start.year) if wanted.zone else None


def _times(wanted: Wanted) -> dict[str, Any]:
    return {
        "start": _clock(wanted, begin_of(wanted)),
        "end": _clock(wanted, end_of(wanted)),
        "isAllDay": wanted.whole_day,
    }


def _clock(wanted: Wanted, at: datetime) -> dict[str, str]:
    """By the clock of the zone, else in UTC: also the second of the two moments that are one time
    by the clock, when summer time ends."""
    name = None if wanted.whole_day else _windows(wanted)
    local = at.astimezone(ZoneInfo(wanted.zone) if name and wanted.zone else UTC)
    if local.replace(fold=0).astimezone(UTC) != at:
        local, name = at.astimezone(UTC), None
    clock = local.replace(tzinfo=None, microsecond=0).isoformat()
    return {"dateTime": clock, "timeZone": name or "UTC"}


def _text(content: str) -> dict[str, str]:
    return {"contentType": "text", "content": content}
