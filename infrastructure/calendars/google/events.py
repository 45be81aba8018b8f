"""Events as Google Calendar has them, as occurrences."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from infrastructure.calendars.html_agenda import is_html, text_of
from infrastructure.calendars.icalendar.agenda import without_agenda
from infrastructure.calendars.icalendar.zones import iana_name
from infrastructure.calendars.port import Occurrence, Person

CANCELLED, DECLINED = "cancelled", "declined"
PRIVATE = ("private", "confidential")

MEETING = "kithMeeting"
"""The shared extended property that names the meeting of an event which kith made."""

KINDS = {
    "birthday": "birthday",
    "focusTime": "focus",
    "outOfOffice": "outOfOffice",
    "workingLocation": "workingLocation",
}
STATUSES = {"needsAction": "needs-action"}

CALENDARS = ".calendar.google.com"
"""The end of addresses that are calendars, and nobody's."""

_OWN = re.compile(r"([0-9a-f]{32})@google\.com")


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Moment(_Part):
    """A day, or an instant."""

    day: date | None = Field(None, alias="date")
    date_time: AwareDatetime | None = None
    time_zone: str | None = None

    @property
    def instant(self) -> datetime:
        """In UTC; of a day, midnight UTC. Raises ValueError."""
        if self.date_time is not None:
            return self.date_time.astimezone(UTC)
        if self.day is None:
            raise ValueError("no time")
        return datetime.combine(self.day, time(), UTC)


class Someone(_Part):
    email: str | None = None
    display_name: str | None = None
    is_self: bool = Field(False, alias="self")
    resource: bool = False
    response_status: str = "needsAction"

    @property
    def person(self) -> Person:
        status = STATUSES.get(self.response_status, self.response_status)
        return Person(self.email, self.display_name, status)


class Properties(_Part):
    shared: dict[str, str] = {}


class Event(_Part):
    """The fields that kith reads of an event, a series or an instance. A cancelled instance may
    have its id, its series and its original start alone."""

    id: str = Field(min_length=1)
    etag: str | None = None
    status: str = "confirmed"
    uid: str | None = Field(None, alias="iCalUID")
    start: Moment | None = None
    end: Moment | None = None
    end_time_unspecified: bool = False
    recurrence: list[str] = []
    recurring_event_id: str | None = None
    original_start_time: Moment | None = None
    summary: str | None = None
    location: str | None = None
    description: str | None = None
    visibility: str = "default"
    event_type: str = "default"
    organizer: Someone | None = None
    attendees: list[Someone] = []
    sequence: int = 0
    updated: AwareDatetime | None = None
    extended_properties: Properties = Properties()

    @property
    def cancelled(self) -> bool:
        return self.status == CANCELLED

    @property
    def calendar_uid(self) -> str | None:
        """The UID; that of kith's own event is its meeting's. Google makes UIDs of the ids that
        events are inserted with, so the meeting is named beside it."""
        own = _OWN.fullmatch(self.uid or "")
        if own and self.extended_properties.shared.get(MEETING) == str(UUID(own[1])):
            return f"{UUID(own[1])}@kith"
        return self.uid

    @property
    def off(self) -> bool:
        """True if it doesn't take place for the user, who may have declined under an alias."""
        own = (each for each in self.attendees if each.is_self)
        return self.cancelled or any(each.response_status == DECLINED for each in own)

    @property
    def recurs_at(self) -> datetime | None:
        return self.original_start_time.instant if self.original_start_time else None

    def occurrence(self, uid: str) -> Occurrence:
        """Raises ValueError for an event without a start."""
        if self.start is None:
            raise ValueError("no start")
        start = self.start.instant
        ends_at = self.end.instant if self.end and not self.end_time_unspecified else None
        zone = self.start.time_zone
        return Occurrence(
            uid=uid,
            recurrence=self.recurs_at,
            start=start,
            ends_at=ends_at if ends_at and ends_at > start else None,
            zone=iana_name(zone) if zone else None,
            whole_day=self.start.date_time is None,
            title=_line(self.summary),
            place=_line(self.location),
            notes=self._notes,
            cancelled=self.off,
            private=self.visibility in PRIVATE,
            kind=KINDS.get(self.event_type, "event"),
            organizer=self._organizer,
            attendees=tuple(each.person for each in self.attendees if not each.resource),
            sequence=max(self.sequence, 0),
            changed_at=self.updated and self.updated.astimezone(UTC),
        )

    @property
    def _notes(self) -> str | None:
        described = without_agenda(self.description or "")
        return (text_of(described) if is_html(described) else described) or None

    @property
    def _organizer(self) -> Person | None:
        """None where nobody else is concerned, as in iCalendar; and in a calendar that is its own
        organizer, where the events are its user's."""
        by = self.organizer
        if by is None or (by.email or "").endswith(CALENDARS):
            return None
        return None if by.is_self and not self.attendees else by.person


def filled(instance: Mapping[str, Any], master: Mapping[str, Any]) -> dict[str, Any]:
    """A cancelled instance, which may be sparse, with what it lacks from its series."""
    original = instance.get("originalStartTime")
    if instance.get("status") != CANCELLED or "start" in instance or original is None:
        return dict(instance)
    length = _length(master)
    begins = Moment.model_validate(original)
    end = {"dateTime": (begins.instant + length).isoformat()}
    if begins.date_time is None:
        end = {"date": (begins.instant + length).date().isoformat()}
    return {**master, "recurrence": [], **instance, "start": original, "end": end}


def _length(master: Mapping[str, Any]) -> timedelta:
    event = Event.model_validate(master)
    if event.start is None or event.end is None:
        return timedelta()
    return event.end.instant - event.start.instant


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
