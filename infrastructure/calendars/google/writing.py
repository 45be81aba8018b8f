"""Meetings as Google events: what is inserted, and what is patched into an event that is there.

Neither has attendees, ever. Google raises SEQUENCE by itself.
"""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from infrastructure.calendars.google.events import MEETING, Event
from infrastructure.calendars.html_agenda import described, has_agenda
from infrastructure.calendars.icalendar.agenda import with_agenda
from infrastructure.calendars.icalendar.properties import begin_of, end_of
from infrastructure.calendars.port import Wanted

NO_TIME: dict[str, Any] = {"date": None, "dateTime": None, "timeZone": None}
"""In a patch, null takes a field away."""


def event_id(meeting: UUID) -> str:
    """The id that a meeting's event is inserted with, so that it is inserted once."""
    return meeting.hex


def inserted(wanted: Wanted) -> dict[str, Any]:
    texts = {
        "summary": wanted.title,
        "location": wanted.place,
        "description": with_agenda("", wanted.agenda),
    }
    return {
        "id": event_id(wanted.meeting),
        "start": _moment(wanted, begin_of(wanted)),
        "end": _moment(wanted, end_of(wanted)),
        "extendedProperties": {"shared": {MEETING: str(wanted.meeting)}},
        **{name: value for name, value in texts.items() if value},
    }


def restored(event: Event, wanted: Wanted) -> dict[str, Any]:
    """The fields that bring a deleted event back, in the place of everything that it was."""
    return {**inserted(wanted), "status": "confirmed", "sequence": event.sequence}


def patch(event: Event, wanted: Wanted) -> dict[str, Any]:
    """The fields in which the event differs from what is wanted; of these, what kith doesn't know
    stays."""
    changed: dict[str, Any] = {}
    if not _same_time(event, wanted):
        changed["start"] = {**NO_TIME, **_moment(wanted, begin_of(wanted))}
        changed["end"] = {**NO_TIME, **_moment(wanted, end_of(wanted))}
    if (event.summary or None) != wanted.title:
        changed["summary"] = wanted.title
    if (event.location or None) != wanted.place:
        changed["location"] = wanted.place
    before = event.description or ""
    if not has_agenda(before, wanted.agenda):
        changed["description"] = described(before, wanted.agenda)
    return changed


def _same_time(event: Event, wanted: Wanted) -> bool:
    if event.start is None or event.end is None:
        return False
    zone = event.start.time_zone
    return (
        (event.start.date_time is None) == wanted.whole_day
        and event.start.instant == begin_of(wanted)
        and event.end.instant == end_of(wanted)
        and (wanted.whole_day or wanted.zone in (None, zone))
    )


def _moment(wanted: Wanted, at: datetime) -> dict[str, str]:
    if wanted.whole_day:
        return {"date": at.date().isoformat()}
    if wanted.zone is None:
        return {"dateTime": at.isoformat()}
    return {"dateTime": at.astimezone(ZoneInfo(wanted.zone)).isoformat(), "timeZone": wanted.zone}
