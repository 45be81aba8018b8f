"""Events as Graph has them, as occurrences."""

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from infrastructure.calendars.html_agenda import text_of
from infrastructure.calendars.icalendar.agenda import without_agenda
from infrastructure.calendars.icalendar.zones import iana_name
from infrastructure.calendars.port import Occurrence, Person

PRIVATE = ("private", "confidential")
KINDS = {"oof": "outOfOffice", "workingElsewhere": "workingLocation"}
"""By how the user is shown meanwhile: Graph has no kinds of events."""

RESOURCE, DECLINED = "resource", "declined"
STATUSES = {
    "organizer": "accepted",
    "accepted": "accepted",
    "tentativelyAccepted": "tentative",
    "declined": "declined",
}

SERIES, HTML = "seriesMaster", "html"

_OWN = re.compile(r"kith-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[0-9]+")


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Clock(_Part):
    date_time: datetime
    time_zone: str | None = None

    @property
    def instant(self) -> datetime:
        """In UTC; kith asks for times in UTC, and takes others."""
        if self.date_time.tzinfo is not None:
            return self.date_time.astimezone(UTC)
        name = iana_name(self.time_zone or "UTC")
        if name is None:
            raise ValueError("no such time zone")
        return self.date_time.replace(tzinfo=ZoneInfo(name)).astimezone(UTC)


class Address(_Part):
    name: str | None = None
    address: str | None = None


class Response(_Part):
    response: str | None = None


class Someone(_Part):
    type: str | None = None
    status: Response | None = None
    email_address: Address | None = None

    @property
    def person(self) -> Person:
        found = self.email_address or Address()
        response = (self.status and self.status.response) or ""
        return Person(found.address, found.name, STATUSES.get(response, "needs-action"))


class Place(_Part):
    display_name: str | None = None


class Body(_Part):
    content_type: str | None = None
    content: str | None = None


class Event(_Part):
    """The fields that kith reads of an event, a series or an instance."""

    id: str = Field(min_length=1)
    type: str | None = None
    uid: str | None = Field(None, alias="iCalUId")
    transaction_id: str | None = None
    start: Clock | None = None
    end: Clock | None = None
    is_all_day: bool | None = None
    original_start: AwareDatetime | None = None
    original_start_time_zone: str | None = None
    subject: str | None = None
    location: Place | None = None
    body: Body | None = None
    is_cancelled: bool | None = None
    response_status: Response | None = None
    sensitivity: str | None = None
    show_as: str | None = None
    is_organizer: bool | None = None
    organizer: Someone | None = None
    attendees: list[Someone] | None = None
    last_modified_date_time: AwareDatetime | None = None

    @property
    def calendar_uid(self) -> str | None:
        """The UID; that of kith's own event is its meeting's, which the transaction id names: Graph
        lets nobody choose a UID."""
        own = _OWN.fullmatch(self.transaction_id or "")
        return f"{own[1]}@kith" if own else self.uid

    @property
    def zone(self) -> str | None:
        return iana_name(self.original_start_time_zone or "")

    @property
    def whole_day(self) -> bool:
        return bool(self.is_all_day)

    @property
    def recurs_at(self) -> datetime | None:
        return None if self.original_start is None else self._placed(self.original_start)

    @property
    def begins(self) -> datetime:
        """Raises ValueError."""
        if self.start is None:
            raise ValueError("no start")
        return self._placed(self.start.instant)

    @property
    def ends(self) -> datetime | None:
        return self._placed(self.end.instant) if self.end else None

    @property
    def text(self) -> str:
        body = self.body or Body()
        content = body.content or ""
        return text_of(content) if body.content_type == HTML else content.replace("\r", "")

    @property
    def off(self) -> bool:
        """True if it doesn't take place for the user."""
        declined = self.response_status and self.response_status.response == DECLINED
        return bool(self.is_cancelled or declined)

    def occurrence(self, uid: str, recurrence: datetime | None) -> Occurrence:
        """Raises ValueError for an event without a start."""
        start, ends_at = self.begins, self.ends
        return Occurrence(
            uid=uid,
            recurrence=recurrence,
            start=start,
            ends_at=ends_at if ends_at and ends_at > start else None,
            zone=None if self.whole_day else self.zone,
            whole_day=self.whole_day,
            title=_line(self.subject),
            place=_line(self.location.display_name if self.location else None),
            notes=without_agenda(self.text) or None,
            cancelled=self.off,
            private=self.sensitivity in PRIVATE,
            kind=KINDS.get(self.show_as or "", "event"),
            organizer=self._organizer,
            attendees=tuple(each.person for each in self.attendees or () if each.type != RESOURCE),
            changed_at=self.last_modified_date_time
            and self.last_modified_date_time.astimezone(UTC),
        )

    @property
    def _organizer(self) -> Person | None:
        """None where nobody else is concerned, as in iCalendar."""
        alone = self.is_organizer and not self.attendees
        return None if alone or self.organizer is None else self.organizer.person

    def _placed(self, at: datetime) -> datetime:
        """The instant in UTC; of a whole day, midnight UTC of its date, which Graph has given in
        the event's own zone as well."""
        at = at.astimezone(UTC)
        if not self.whole_day:
            return at
        if at.time() != time() and self.zone is not None:
            at = at.astimezone(ZoneInfo(self.zone))
        return datetime.combine(at.date(), time(), UTC)


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None
