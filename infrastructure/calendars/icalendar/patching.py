"""A meeting written into iCalendar text that is there already.

Only lines whose value has to change are written anew. Everything else stays byte for byte: alarms,
the answers of attendees, what other programs keep there, time zones, the order.
"""

import re
from datetime import datetime

from icalendar.parser import Contentline

from infrastructure.calendars.icalendar import fields
from infrastructure.calendars.icalendar.agenda import with_agenda
from infrastructure.calendars.icalendar.components import Component
from infrastructure.calendars.icalendar.events import Timed, timed
from infrastructure.calendars.icalendar.exceptions import (
    add_exception,
    exception,
    master,
    readmit,
)
from infrastructure.calendars.icalendar.lines import Line, escaped
from infrastructure.calendars.icalendar.opened import Form, NotThere, Opened
from infrastructure.calendars.icalendar.properties import end_of, stamp, zone_of
from infrastructure.calendars.icalendar.times import moment
from infrastructure.calendars.icalendar.unreadable import Unreadable
from infrastructure.calendars.port import Wanted

SCHEDULING = re.compile(r';SCHEDULE-(?:AGENT|FORCE-SEND)=(?:"[^"]*"|[^;:"]*)', re.IGNORECASE)
QUIET = ";SCHEDULE-AGENT=CLIENT"


def patched(text: bytes, wanted: Wanted, now: datetime) -> bytes:
    """The text with the meeting in it: in its event, or, of what recurs, in the exception for its
    `recurrence`, which is added if need be. Raises NotThere."""
    opened = Opened(text, wanted.uid)
    try:
        _name(opened, wanted.uid)
        of = master(opened)
        event = _event(opened, of, wanted.recurrence)
        stands = timed(event, opened.zones, of)
        _write_time(opened, event, stands, wanted)
    except (Unreadable, OverflowError) as error:
        raise NotThere(str(error)) from None
    _write_words(opened, event, wanted)
    if wanted.significant:
        opened.put(event, ("SEQUENCE",), f"SEQUENCE:{stands.sequence + 1}")
    opened.put(event, ("DTSTAMP",), stamp("DTSTAMP", now))
    if event.line("LAST-MODIFIED"):
        opened.put(event, ("LAST-MODIFIED",), stamp("LAST-MODIFIED", now))
    for each in opened.events:
        _keep_quiet(opened, each)
    return opened.text


def _name(opened: Opened, uid: str) -> None:
    """Write the UID that reading made of an event without one: it has to outlive its title."""
    for each in opened.events:
        if not each.line("UID"):
            opened.put(each, (), f"UID:{uid}")


def _event(opened: Opened, of: Timed | None, recurrence: datetime | None) -> Component:
    found = of.component if of else None
    if recurrence is not None:
        found = exception(opened, of, recurrence)
        if of is not None:
            found = found or add_exception(opened, of, recurrence)
            readmit(opened, of, recurrence)
    if found is None:
        raise NotThere("The calendar has no such event.")
    return found


def _write_words(opened: Opened, event: Component, wanted: Wanted) -> None:
    for name, value in (("SUMMARY", wanted.title), ("LOCATION", wanted.place)):
        if fields.one_line(event, name) != (" ".join((value or "").split()) or None):
            opened.put(event, (name,), f"{name}:{escaped(value)}" if value else None)
    before = fields.text(event, "DESCRIPTION") or ""
    after = with_agenda(before, wanted.agenda)
    if after != before:
        opened.put(event, ("DESCRIPTION",), f"DESCRIPTION:{escaped(after)}" if after else None)
    if fields.word(event, "STATUS") == "CANCELLED":
        opened.put(event, ("STATUS",), "STATUS:CONFIRMED")


def _write_time(opened: Opened, event: Component, stands: Timed, wanted: Wanted) -> None:
    whole_day = not isinstance(stands.start, datetime)
    start = wanted.start.replace(microsecond=0)
    zone = None if wanted.whole_day else zone_of(wanted.zone)
    changes_zone = zone is not None and zone.name != stands.zone
    moves = moment(stands.start) != start or whole_day != wanted.whole_day or changes_zone
    ends = end_of(wanted).replace(microsecond=0)
    if wanted.ends_at is None and whole_day == wanted.whole_day:
        # Its end isn't known here: the event keeps its length.
        ends = start + (moment(stands.end) - moment(stands.start))
    if not moves and moment(stands.end) == ends:
        return
    form = opened.form(stands)
    if wanted.whole_day:
        form = Form(True)
    elif changes_zone or not form.tzid:
        form = Form(False, wanted.zone, zone)
        opened.state(form, start.year)
    if moves:
        opened.put(event, ("DTSTART",), form.line("DTSTART", start))
    known = not (stands.open_end and wanted.ends_at is None)
    opened.put(event, ("DTEND", "DURATION"), form.line("DTEND", ends) if known else None)


def _keep_quiet(opened: Opened, event: Component) -> None:
    """Leave it to the calendar's own program to tell attendees of a change: a server that does so
    by itself mails them (RFC 6638, 7.1)."""
    for index, each in enumerate(event.content):
        if isinstance(each, Line) and each.name in ("ATTENDEE", "ORGANIZER"):
            colon = Contentline(each.text).value_separator_index()
            head = each.text[:colon]
            if colon > 0 and SCHEDULING.findall(head) != [QUIET]:
                quiet = SCHEDULING.sub("", head) + QUIET + each.text[colon:]
                event.content[index] = opened.line(quiet)
