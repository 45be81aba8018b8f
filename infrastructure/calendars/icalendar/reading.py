"""iCalendar text as occurrences. No text makes reading fail: what can't be taken is a trouble.

Reading takes time linear in the text but for its recurrence rules, a few of which take minutes:
`apart` reads in a process that can be given up.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from infrastructure.calendars.icalendar import fields
from infrastructure.calendars.icalendar.components import Component, parsed
from infrastructure.calendars.icalendar.events import Timed, recurs, timed
from infrastructure.calendars.icalendar.occurrences import MOST, Instance, instances
from infrastructure.calendars.icalendar.times import moment
from infrastructure.calendars.icalendar.unreadable import Unreadable
from infrastructure.calendars.icalendar.zones import Zones
from infrastructure.calendars.port import Occurrence, Trouble, Window

LARGEST = 1024 * 1024
"""Bytes of a calendar object."""

LONGEST_UID = 1_000
LONGEST_TITLE = 200
"""Characters of a trouble's title."""


class Read(NamedTuple):
    """Where there are troubles, occurrences may be missing: one that isn't listed isn't gone."""

    uid: str | None
    recurring: bool
    occurrences: tuple[Occurrence, ...]
    troubles: tuple[Trouble, ...]


def read(text: bytes, window: Window, zone: str | None) -> Read:
    """The occurrences of a calendar object, of the first UID in the text. `zone` is the IANA name
    of the calendar's zone, for times without one. Raises nothing."""
    if len(text) > LARGEST:
        detail = f"The event is larger than {LARGEST // 1024} KB."
        return Read(None, False, (), (Trouble("", None, "too_large", detail),))
    root = parsed(text)
    found = list(root.within("VEVENT"))
    if not found:
        return Read(None, False, (), ())
    uid = uid_of(found[0])
    return _read(uid, [each for each in found if uid_of(each) == uid], root, window, zone)


def uid_of(component: Component) -> str:
    """The UID; for want of one, a digest of what the event is."""
    stated = component.line("UID")
    if stated and stated.value:
        return stated.value[:LONGEST_UID]
    facts = (line.text for line in component.lines("DTSTART", "SUMMARY"))
    return sha256("\n".join(facts).encode()).hexdigest()


def _read(
    uid: str, found: Sequence[Component], root: Component, window: Window, zone: str | None
) -> Read:
    recurring = any(recurs(each) for each in found)
    troubles: list[Trouble] = []

    def trouble(code: str, detail: str) -> None:
        title = fields.one_line(found[0], "SUMMARY")
        troubles.append(Trouble(uid, title and title[:LONGEST_TITLE], code, detail))

    occurrences: tuple[Occurrence, ...] = ()
    try:
        zones = Zones(root, zone)
        called_off = any(fields.word(each, "METHOD") == "CANCEL" for each in root.components())
        listed, more = instances(_timed(found, zones), window)
        if more:
            trouble("too_many_occurrences", f"Only {MOST} occurrences of the event are taken.")
        said: dict[Timed, Occurrence] = {}
        for each in listed:
            if each.event not in said:
                said[each.event] = _said(uid, each.event, called_off=called_off)
        occurrences = tuple(_placed(said[each.event], each) for each in listed)
    except Unreadable as error:
        trouble(error.code, error.detail)
    except Exception:  # the libraries' own, for what no check foresaw
        trouble("unreadable", "The event can't be read.")
    return Read(uid, recurring, occurrences, tuple(troubles))


def _timed(found: Sequence[Component], zones: Zones) -> list[Timed]:
    series = [timed(each, zones) for each in found if each.line("RECURRENCE-ID") is None]
    of = max(series, key=lambda each: each.sequence, default=None)
    return series + [timed(each, zones, of) for each in found if each.line("RECURRENCE-ID")]


def _said(uid: str, event: Timed, *, called_off: bool) -> Occurrence:
    """The occurrences of an event but for their times."""
    component = event.component
    whole_day = not isinstance(event.start, datetime)
    return Occurrence(
        uid=uid,
        recurrence=None,
        start=moment(event.start),
        ends_at=None,
        zone=event.zone,
        whole_day=whole_day,
        title=fields.one_line(component, "SUMMARY"),
        place=fields.one_line(component, "LOCATION"),
        notes=fields.notes(component),
        cancelled=called_off or fields.word(component, "STATUS") == "CANCELLED",
        private=fields.is_private(component),
        kind=fields.kind(component, whole_day=whole_day),
        organizer=fields.organizer(component),
        attendees=fields.attendees(component),
        sequence=event.sequence,
        changed_at=fields.changed_at(component),
    )


def _placed(said: Occurrence, instance: Instance) -> Occurrence:
    start, end = moment(instance.start), moment(instance.end)
    return said._replace(
        recurrence=instance.recurrence, start=start, ends_at=end if end > start else None
    )
