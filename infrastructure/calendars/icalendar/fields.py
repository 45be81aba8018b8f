"""The words of a VEVENT besides its times: texts, people, and how confidential it is."""

from datetime import UTC, datetime

from infrastructure.calendars.icalendar.agenda import without_agenda
from infrastructure.calendars.icalendar.components import Component
from infrastructure.calendars.icalendar.lines import Line
from infrastructure.calendars.port import Person

BUSY = ("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS")
KINDS = {"OOF": "outOfOffice", "WORKINGELSEWHERE": "workingLocation"}
"""By Outlook's words for how busy somebody is."""

THINGS = ("RESOURCE", "ROOM")
"""Kinds of attendees that aren't people (CUTYPE)."""


def text(component: Component, name: str) -> str | None:
    """The first value of a property of the type TEXT, None if it is blank."""
    line = component.line(name)
    parts = line.parts() if line else None
    return (parts[1].strip() or None) if parts else None


def one_line(component: Component, name: str) -> str | None:
    value = text(component, name)
    return " ".join(value.split()) if value else None


def notes(component: Component) -> str | None:
    """The description without the agenda that kith wrote into it."""
    return without_agenda(text(component, "DESCRIPTION") or "") or None


def word(component: Component, name: str) -> str:
    line = component.line(name)
    return line.value.upper() if line else ""


def is_private(component: Component) -> bool:
    """True unless everybody may see it: a class that isn't known counts as private (RFC 5545,
    3.8.1.3). Apple's server has a property of its own."""
    access = word(component, "X-CALENDARSERVER-ACCESS")
    return word(component, "CLASS") not in ("", "PUBLIC") or access not in ("", "PUBLIC")


def kind(component: Component, *, whole_day: bool) -> str:
    """The kind of event, where the service states it: Outlook by how busy its user is, Nextcloud's
    calendar of birthdays by a field of its own, others by a category."""
    for name in BUSY:
        if found := KINDS.get(word(component, name)):
            return found
    categories = (text(component, "CATEGORIES") or "").upper().split(",")
    if word(component, "X-NEXTCLOUD-BC-FIELD-TYPE") == "BDAY" or (
        whole_day and not {"BIRTHDAY", "BIRTHDAYS"}.isdisjoint(each.strip() for each in categories)
    ):
        return "birthday"
    return "event"


def changed_at(component: Component) -> datetime | None:
    stated = word(component, "LAST-MODIFIED")
    try:
        return datetime.strptime(stated, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def organizer(component: Component) -> Person | None:
    line = component.line("ORGANIZER")
    return person(line) if line else None


def attendees(component: Component) -> tuple[Person, ...]:
    found = (person(line) for line in component.lines("ATTENDEE"))
    return tuple(each for each in found if each is not None)


def person(line: Line) -> Person | None:
    """The person, None for a room, a thing, or what can't be read."""
    parts = line.parts()
    if parts is None:
        return None
    parameters, value = parts
    if str(parameters.get("CUTYPE", "")).upper() in THINGS:
        return None
    scheme, _, address = value.strip().partition(":")
    # Some services write an address of their own for the person, and the mail address beside it.
    mailbox = address if scheme.lower() == "mailto" else str(parameters.get("EMAIL", ""))
    status = str(parameters.get("PARTSTAT", "NEEDS-ACTION")).lower()
    name = parameters.get("CN")
    return Person(mailbox.strip() or None, " ".join(str(name).split()) if name else None, status)
